import path from 'node:path';
import type { StoreState } from '../commits/state.ts';
import { isGone } from '../files.ts';
import type { Witness } from './finding.ts';
import { checkLevel0Part } from './level0-part.ts';
import { type CurrentFiles, unreadable, type VerifyFiles } from './store-reading.ts';

export interface Level0PassOptions {
  readonly files: VerifyFiles;
  readonly store: string;
  /** Level-0 parts that were listed before the commits were read. */
  readonly listed: readonly string[];
  readonly state: StoreState;
  readonly current: CurrentFiles;
  readonly witness: Witness;
}

/** Verifies what is stored and not yet sealed. @throws the system's errors */
export const verifyLevel0 = async (options: Level0PassOptions): Promise<{ parts: number; events: number }> => {
  const { files, store, listed, state, current, witness } = options;
  const waiting = listed.filter((part) => !state.removed.has(part));
  let [parts, events] = [0, 0];
  for (const [index, part] of waiting.entries()) {
    try {
      const { events: count, findings } = await checkLevel0Part(part, await files.read(path.join(store, part)));
      for (const finding of findings) witness.found(finding);
      parts++;
      events += count;
    } catch (error) {
      // Listings may be old: what went away was sealed, in a commit before this one or in a newer one.
      const sealed = await current.outdated(part, error);
      if (!isGone(error)) witness.found({ file: part, ...unreadable(error, 'part') });
      else if (!sealed)
        witness.noted({ file: part, reason: 'it was listed, and is gone: sealed, by a listing that was old' });
    }
    witness.progress({ stage: 'level 0', done: index + 1, of: waiting.length });
  }
  return { parts, events };
};
