import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Folders } from '../mounts.ts';
import type { ProcessIdentity } from './identity.ts';

/** What a start leaves for the next command: which process it started, and with what. */
export interface RunRecord extends Folders {
  readonly process: ProcessIdentity;
  readonly port: number;
  /** Whether functions see the store at its path on AWS. */
  readonly mounted: boolean;
}

const fileOf = (stateDir: string): string => path.join(stateDir, 'running.json');

/** @returns undefined where nothing was started, or its record is not ours to read */
export const readRecord = (stateDir: string): RunRecord | undefined => {
  try {
    const record = JSON.parse(readFileSync(fileOf(stateDir), 'utf8'));
    return typeof record?.process?.pid === 'number' && typeof record.port === 'number' ? record : undefined;
  } catch {
    return undefined;
  }
};

export const writeRecord = (stateDir: string, record: RunRecord): void => {
  mkdirSync(stateDir, { recursive: true });
  const unfinished = `${fileOf(stateDir)}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(unfinished, fileOf(stateDir));
};

export const removeRecord = (stateDir: string): void => rmSync(fileOf(stateDir), { force: true });
