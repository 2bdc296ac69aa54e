import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../../shared/domain/errors.ts';
import { systemCode } from '../../../../shared/store/files.ts';
import { checkRun } from '../../../../shared/store/known-ids/check.ts';
import { mergeRuns } from '../../../../shared/store/known-ids/merge.ts';
import { type RunRef, runFolder } from '../../../../shared/store/known-ids/run.ts';
import { writeNumbers } from '../../../unit/store/known-ids/ids.ts';
import { type Fault, SimulatedFiles } from '../simulated-files.ts';

const store = '/store';

/** A disk with two runs on it, each of which takes several reads. */
const newStore = async () => {
  const files = new SimulatedFiles(store);
  const runs = [await writeNumbers(files, store, 0, 3_100), await writeNumbers(files, store, 3_100, 200)];
  files.restart();
  return { files, runs };
};

const actions: Readonly<Record<string, (files: SimulatedFiles, runs: readonly RunRef[]) => Promise<RunRef>>> = {
  writing: (files) => writeNumbers(files, store, 10_000, 3_100),
  merging: (files, runs) => mergeRuns(files, store, runs),
};

const runsOnDisk = (files: SimulatedFiles): ReadonlyMap<string, Uint8Array> =>
  files.filesBelow(`${store}/${runFolder}`);

/** Every visible run is whole: the two that a commit names, the one that was confirmed, and orphans. */
const expectWhole = async (files: SimulatedFiles, named: readonly RunRef[], made: readonly number[]): Promise<void> => {
  const visible = runsOnDisk(files);
  for (const run of named) {
    expect(visible.has(`${store}/${run.path}`)).toBe(true);
    await checkRun(files, store, run);
  }
  for (const [name, bytes] of visible) {
    if (named.some((run) => `${store}/${run.path}` === name)) continue;
    const path = name.slice(store.length + 1);
    const sizes = made.map((entries) => ({ path, entries, bytes: bytes.length, basePosition: 0 }));
    const whole = await Promise.all(
      sizes.map((run) =>
        checkRun(files, store, run).then(
          () => true,
          () => false,
        ),
      ),
    );
    expect(whole, name).toContain(true);
  }
};

describe.each(Object.entries(actions))('%s a run', (verb, act) => {
  const entries = verb === 'merging' ? 3_300 : 3_100;

  it.each(['crash', 'error-before', 'error-after'] as const)(
    'with a fault at any call (%s) leaves whole runs and orphans, and a repeat succeeds',
    async (kind) => {
      const clean = await newStore();
      await act(clean.files, clean.runs);
      const calls = clean.files.calls.length;
      expect(calls).toBeGreaterThan(10);
      for (let call = 0; call < calls; call++) {
        for (const code of kind === 'crash' ? ['ECRASHED'] : ['EIO', 'ENOSPC', 'ESTALE']) {
          const { files, runs } = await newStore();
          const fault: Fault = { call, kind, code };
          files.fault = fault;
          const failing = files.calls.length;
          const made = await act(files, runs).catch((error: unknown) => {
            const known = error instanceof StoreUnavailable || systemCode(error) === code;
            if (!known) throw error;
            return undefined;
          });
          expect(files.openFiles, clean.files.calls[failing + call]).toBe(0);
          files.losePower();
          await expectWhole(files, made ? [...runs, made] : runs, [entries]);
          files.restart();
          const again = await act(files, runs);
          files.losePower();
          await expectWhole(files, [...runs, again], [entries]);
        }
      }
    },
  );
});
