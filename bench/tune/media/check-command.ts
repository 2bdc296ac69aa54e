import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { renderTable } from '../../../localstack/cli/table.ts';
import { describeMachine } from '../../measure/machine.ts';
import { reasonsOfNoise, watchNoise } from '../../measure/noise.ts';
import { median } from '../../measure/quantile.ts';
import { figure } from '../../report/format.ts';
import { checkMedium, type MediumCheck } from './check-medium.ts';
import { memoryFolder } from './memory-folder.ts';
import { systemMediumPorts } from './system-ports.ts';

export interface MediumCheckOptions {
  /** On the device. */
  readonly storeFolder: string;
  readonly resultFolder: string;
  readonly rounds: number;
  readonly repeats: number;
}

const inWords = ({ media, rows }: MediumCheck): string => {
  const middle = (name: 'syncMs' | 'folderSyncMs' | 'operationsPerSecond' | 'megabytesPerSecond'): string =>
    figure(median(media.map(({ [name]: value = Number.NaN }) => value)));
  const table = rows.map(({ what, deviceMs, modelMs }) => {
    const ratios = modelMs.map((ms, round) => ms / (deviceMs[round] ?? Number.NaN));
    return [
      what,
      `${figure(median(deviceMs))} ms`,
      `${figure(median(modelMs))} ms`,
      `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
    ];
  });
  return [
    `The device: a synced file of 1 kB takes ${middle('syncMs')} ms, a folder's sync ${middle('folderSyncMs')} ms; ${middle('operationsPerSecond')} files a second at once; ${middle('megabytesPerSecond')} MB/s.\n`,
    renderTable([['', 'device', 'model of it', 'ratio (of each round)'], ...table], 'words'),
  ].join('\n');
};

/** Compares the device that is there with a model of it, and writes what came of it. @returns the exit status */
export const checkMediumCommand = async ({
  storeFolder,
  resultFolder,
  rounds,
  repeats,
}: MediumCheckOptions): Promise<number> => {
  mkdirSync(storeFolder, { recursive: true });
  const folder = mkdtempSync(path.join(storeFolder, 'fi-tune-medium-'));
  try {
    using memory = memoryFolder(storeFolder);
    const watch = watchNoise();
    const check = await checkMedium({
      folder,
      modelFolder: memory.path,
      rounds,
      repeats,
      ports: systemMediumPorts(),
    });
    const noise = watch.end();
    mkdirSync(resultFolder, { recursive: true });
    const file = path.join(resultFolder, 'medium-check.json');
    writeFileSync(file, `${JSON.stringify({ ...check, noise, machine: describeMachine(folder) }, null, 2)}\n`);
    console.log(inWords(check));
    console.error(`raw results: ${file}`);
    const reasons = reasonsOfNoise(noise, Math.min(noise.before.quickestMs, noise.after.quickestMs));
    if (reasons.length === 0) return 0;
    console.log(`Nothing can be concluded: ${reasons.join('; ')}.`);
    return 3;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
