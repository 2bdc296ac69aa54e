import { RunDamaged, RunsDisagree } from '../../domain/errors.ts';
import type { CommittedRun } from '../commits/format.ts';
import { checkRun } from '../known-ids/check.ts';
import { keyText } from '../known-ids/identity-key.ts';
import { lookup } from '../known-ids/lookup.ts';
import { contentBytes, isSameContent, keyBytes } from '../known-ids/record.ts';
import { type KnownId, type RunRef, runFolder } from '../known-ids/run.ts';
import { windowPositions } from '../part/sealed/layout.ts';
import type { EventsPass } from './events-pass.ts';
import { reasonOf, type Witness } from './finding.ts';
import type { IdSums } from './id-sums.ts';
import { type CurrentFiles, unreadable, type VerifyFiles } from './store-reading.ts';
import { sumKnownIds } from './sum-known-ids.ts';
import type { LogWindow } from './window.ts';

export interface KnownIdsPassOptions {
  readonly files: VerifyFiles;
  readonly store: string;
  /** Events in the log that is verified; what runs know beyond is of newer commits. */
  readonly size: number;
  readonly current: CurrentFiles;
  readonly sums: IdSums;
  readonly events: EventsPass;
  readonly witness: Witness;
}

const refOf = ({ base_position: basePosition, ...run }: CommittedRun): RunRef => ({ ...run, basePosition });

/** Compares the index of known ids with the events: each is known, under its content hash and its position, and nothing else is. */
export class KnownIdsPass {
  readonly #options: KnownIdsPassOptions;
  #damaged = false;

  constructor(options: KnownIdsPassOptions) {
    this.#options = options;
  }

  /** @throws the system's errors, StoreUnavailable */
  async run(): Promise<void> {
    const { sums, current, events } = this.#options;
    while (!(await this.#readRuns([...current.state.runs.values()]))) sums.clear('index');
    // A run that can't be read lacks its ids in every window: what is wrong was told.
    if (this.#damaged) return;
    for (const window of sums.differing()) if (!events.troubled.has(window)) await this.#name(window);
  }

  /** @returns false when newer runs took the place of these */
  async #readRuns(runs: readonly CommittedRun[]): Promise<boolean> {
    const { files, store, current, witness } = this.#options;
    const refs = runs.map(refOf);
    const of = refs.reduce((sum, { entries }) => sum + entries, 0);
    let done = 0;
    this.#damaged = false;
    for (const run of refs) {
      try {
        await checkRun(files, store, run);
      } catch (error) {
        if (!(error instanceof RunDamaged) && (await current.outdated(run.path, error))) return false;
        this.#damaged = true;
        const what =
          error instanceof RunDamaged
            ? ({ kind: 'changed', reason: reasonOf(error) } as const)
            : unreadable(error, 'run of the index of known ids');
        witness.found({ file: run.path, ...what });
      }
      done += run.entries;
      witness.progress({ stage: 'known ids', done, of });
    }
    return this.#damaged || this.#sum(refs);
  }

  /** @returns false when newer runs took the place of these */
  async #sum(runs: readonly RunRef[]): Promise<boolean> {
    const { current } = this.#options;
    try {
      await sumKnownIds({ ...this.#options, expired: this.#options.events.expired }, runs);
      return true;
    } catch (error) {
      for (const run of runs) if (await current.outdated(run.path, error)) return false;
      throw error;
    }
  }

  /** Looks the ids of a window up one by one, since something is wrong with one of them. */
  async #name(number: number): Promise<void> {
    const { events, size, witness } = this.#options;
    const position = number * windowPositions;
    const window = await events.rehash(number);
    const count = Math.max(0, Math.min(windowPositions, size - position));
    const keys = Array.from({ length: count }, (_, index) => keyAt(window, index));
    let told = 0;
    const runs = await this.#lookup(keys);
    if (runs === undefined) return;
    for (const [index, key] of keys.entries()) told += this.#compare(window, index, runs.get(keyText(key)));
    if (told > 0) return;
    const reason =
      'the index knows an id, or knows it twice, that no event at these positions has, or lacks one of an event that expired';
    const place = { position, lastPosition: position + Math.max(0, count - 1) };
    witness.found({ kind: 'added', file: runFolder, ...(count > 0 ? place : {}), reason });
  }

  async #lookup(keys: readonly Uint8Array[]): Promise<ReadonlyMap<string, KnownId & { run: string }> | undefined> {
    const { files, store, current, witness } = this.#options;
    const found = new Map<string, KnownId & { run: string }>();
    try {
      for (const run of current.state.runs.values()) {
        for (const [key, id] of await lookup(files, store, [refOf(run)], keys)) {
          const other = found.get(key);
          if (other && !isSameContent(other.contentHash, id.contentHash))
            throw new RunsDisagree(key, [other.run, run.path]);
          if (!other || id.position < other.position) found.set(key, { ...id, run: run.path });
        }
      }
      return found;
    } catch (error) {
      if (!(error instanceof RunsDisagree)) throw error;
      witness.found({ kind: 'changed', file: error.paths[0] ?? runFolder, reason: reasonOf(error) });
      return undefined;
    }
  }

  /** @returns how much is wrong with one event */
  #compare(window: LogWindow, index: number, known: (KnownId & { run: string }) | undefined): number {
    const { events, witness } = this.#options;
    const position = window.from + index;
    if (window.holders[index] === 0) return 0;
    const content = window.contents.subarray(index * contentBytes, (index + 1) * contentBytes);
    if (known === undefined) {
      const reason = 'the index does not know the id of this event: a repeat of it would be stored again';
      witness.found({ kind: 'missing', file: runFolder, position, reason });
    } else if (!isSameContent(known.contentHash, content)) {
      witness.found({
        kind: 'changed',
        file: known.run,
        position,
        reason: 'it knows the id of this event with other content',
      });
    } else if (known.position !== position) {
      const reason = `the event is at position ${known.position} already, by ${known.run}`;
      witness.found({ kind: 'repeated', file: events.holderAt(window, index), position, reason });
    } else {
      return 0;
    }
    return 1;
  }
}

const keyAt = (window: LogWindow, index: number): Uint8Array =>
  Uint8Array.from(window.keys.subarray(index * keyBytes, (index + 1) * keyBytes));
