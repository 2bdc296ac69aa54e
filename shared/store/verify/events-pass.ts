import path from 'node:path';
import { PartDamaged } from '../../domain/errors.ts';
import { commitPath } from '../commits/names.ts';
import type { StoreState } from '../commits/state.ts';
import { contentBytes, keyBytes } from '../known-ids/record.ts';
import type { VerifierKey } from '../log/note/verifier-key.ts';
import { windowPositions } from '../part/sealed/layout.ts';
import { openSealedPart } from '../part/sealed/open.ts';
import { hasBit, PositionSet } from '../retain/position-set.ts';
import { ExpiredDays } from './expired-days.ts';
import { type Finding, reasonOf, type Witness } from './finding.ts';
import type { SignedHeads } from './heads.ts';
import type { IdSums } from './id-sums.ts';
import { PartsByWindow } from './parts-by-window.ts';
import { checkSealedPart } from './sealed-part.ts';
import { type CurrentFiles, unreadable, type VerifyFiles } from './store-reading.ts';
import { TileReader } from './tile-reader.ts';
import { TreeCheck } from './tree-check.ts';
import { LogWindow, windowMemory } from './window.ts';
import { type NumberedPart, type RowHashing, rowsOfWindow } from './window-events.ts';

export interface EventsPassOptions {
  readonly files: VerifyFiles;
  readonly store: string;
  /** Whose tree is rebuilt. */
  readonly state: StoreState;
  readonly heads: SignedHeads;
  /** The keys that the log may be signed with. */
  readonly trusted: readonly VerifierKey[];
  readonly current: CurrentFiles;
  readonly sums: IdSums;
  readonly witness: Witness;
  /** Who hashes the events. */
  readonly hashing: (found: (finding: Finding) => void) => RowHashing;
}

/** Thrown to begin a window anew with the parts of a newer commit. */
class PartsChanged extends Error {}

/** Hashes every sealed event from its bytes, a window of 65,536 positions at a time, and rebuilds the tree from them. */
export class EventsPass {
  readonly #options: EventsPassOptions;
  readonly #parts = new PartsByWindow();
  readonly #checked = new Set<string>();
  /** Parts with something wrong: what else comes of that is not told again. */
  readonly #damaged = new Set<string>();
  readonly #events: RowHashing;
  /** Windows of which something was told already. */
  readonly troubled = new Set<number>();
  /** Positions that were found without an event since it expired. */
  readonly expired = new PositionSet();
  readonly #expiredDays: ExpiredDays;
  #window: LogWindow;
  #next: LogWindow;

  constructor(options: EventsPassOptions) {
    this.#options = options;
    this.#events = options.hashing((finding) => this.#found(finding));
    const positions = Math.min(windowPositions, options.state.tree.size);
    this.#window = new LogWindow(windowMemory(positions, this.#events.sharesMemory));
    this.#next = new LogWindow(windowMemory(positions, this.#events.sharesMemory));
    const { files, store, trusted } = options;
    this.#expiredDays = new ExpiredDays({ files, store, trusted, found: (finding) => this.#found(finding) });
    this.#takeCurrent();
    this.#window.reset(0);
    this.#next.reset(1);
  }

  /** @throws StoreUnavailable, LogDamaged, or the system's error */
  async run(): Promise<void> {
    const { files, store, state, heads, witness } = this.#options;
    const { size } = state.tree;
    const tiles = await TileReader.open({ files, store, size, witness }, heads);
    const tree = new TreeCheck({
      files,
      store,
      tree: state.tree,
      heads,
      tiles,
      found: (finding) => this.#found(finding),
      holderOf: (window, index) => this.#parts.pathOf((window.holders[index] ?? 0) - 1),
      isExpired: (position) => this.expired.has(position),
      otherEvents: (from, to, commit) => this.#otherEvents(from, to, commit),
    });
    for (let number = 0; number * windowPositions < size; number++) {
      const count = Math.min(windowPositions, size - number * windowPositions);
      await this.#fill(number);
      this.#requireAll(count, await this.#expiredDays.in(number));
      if (!this.troubled.has(number)) this.#sum(count);
      await tree.add(this.#window, count);
      this.#turn();
      witness.progress({ stage: 'events', done: number * windowPositions + count, of: size });
    }
    await tree.finish();
    await this.#checkOthers();
  }

  /** Hashes the events of one window again, for who has to look at them one by one. */
  async rehash(number: number): Promise<LogWindow> {
    this.#takeCurrent();
    this.#window.reset(number);
    this.#next.reset(number + 1);
    await this.#fill(number, true);
    return this.#window;
  }

  /** What a window's positions are, and who holds them. */
  holderAt(window: LogWindow, index: number): string {
    return this.#parts.pathOf((window.holders[index] ?? 0) - 1);
  }

  /** What expired goes with the parts that are live: of two commits, they would seem to lack events, or to have them twice. */
  #takeCurrent(): void {
    const { parts, expired } = this.#options.current.state;
    this.#parts.replace(parts.values());
    this.#expiredDays.replace(expired.values());
  }

  async #fill(number: number, alone = number === 0): Promise<void> {
    let fromBefore = alone && number > 0;
    for (;;) {
      try {
        // Parts count their windows from bases of their own: what lies in this one may begin in the one before.
        if (fromBefore) await this.#fillFrom(number - 1);
        return await this.#fillFrom(number);
      } catch (error) {
        if (!(error instanceof PartsChanged)) throw error;
        this.#takeCurrent();
        this.#window.reset(number);
        this.#next.reset(number + 1);
        fromBefore = number > 0;
      }
    }
  }

  async #fillFrom(number: number): Promise<void> {
    for (const part of this.#parts.in(number)) await this.#read(part, number);
  }

  async #read(numbered: NumberedPart, number: number): Promise<void> {
    const { files, store, current } = this.#options;
    const { part } = numbered;
    try {
      const file = await files.openRanges(path.join(store, part.path));
      try {
        if (!this.#checked.has(part.path)) {
          for (const finding of await checkSealedPart(file, part)) this.#blame(part.path, finding);
          this.#checked.add(part.path);
        }
        const sealed = await openSealedPart(file, { path: part.path, basePosition: part.base_position });
        const rows = await rowsOfWindow(sealed, part, number);
        await this.#events.hash(sealed, numbered, rows, [this.#window, this.#next]);
      } finally {
        await file.close();
      }
    } catch (error) {
      const { first_position: position, last_position: lastPosition } = part;
      const place = { file: part.path, position, lastPosition };
      if (error instanceof PartDamaged) {
        // What is wrong with the whole file was told when it was opened first.
        if (!this.#damaged.has(part.path))
          this.#blame(part.path, { kind: 'changed', ...place, reason: reasonOf(error) });
        return;
      }
      if (await current.outdated(part.path, error)) throw new PartsChanged();
      if (this.#damaged.has(part.path)) return;
      this.#blame(part.path, { ...place, ...unreadable(error, 'part') });
    }
  }

  #blame(part: string, finding: Finding): void {
    this.#damaged.add(part);
    this.#found(finding);
  }

  #found(finding: Finding): void {
    const { position, lastPosition = position } = finding;
    if (position !== undefined && lastPosition !== undefined) {
      const last = Math.floor(lastPosition / windowPositions);
      for (let window = Math.floor(position / windowPositions); window <= last; window++) this.troubled.add(window);
    }
    this.#options.witness.found(finding);
  }

  /** Names positions that no part holds, but for those that expired or that a damaged part is known to have held. */
  #requireAll(count: number, gone: Uint8Array | undefined): void {
    const { holders, from } = this.#window;
    const isGone = (index: number): boolean => gone !== undefined && hasBit(gone, index);
    for (let index = 0; index < count; index++) {
      if (isGone(index)) {
        this.#settleExpired(index);
      } else if (holders[index] === 0) {
        const first = index;
        while (index + 1 < count && holders[index + 1] === 0 && !isGone(index + 1)) index++;
        this.#missing(from + first, from + index);
      }
    }
  }

  #settleExpired(index: number): void {
    const window = this.#window;
    const position = window.from + index;
    if (window.holders[index] !== 0) {
      const reason = 'a commit dropped the event at this position, since its retention was over';
      this.#found({ kind: 'added', file: this.holderAt(window, index), position, reason });
      return;
    }
    this.expired.add(position);
    // Its id is known still; with what content, nobody can tell any more.
    window.keys.fill(0, index * keyBytes, (index + 1) * keyBytes);
    window.contents.fill(0, index * contentBytes, (index + 1) * contentBytes);
  }

  #missing(first: number, last: number): void {
    const { current, state } = this.#options;
    this.troubled.add(Math.floor(first / windowPositions));
    if (this.#expiredDays.mayExplain(first, last)) return;
    for (const part of this.#damaged) {
      const damaged = current.state.parts.get(part);
      if (damaged && damaged.first_position <= last && damaged.last_position >= first) return;
    }
    const file = commitPath(state.number);
    const reason = 'no part that the commits name holds an event at this position';
    this.#found({ kind: 'missing', file, position: first, lastPosition: last, reason });
  }

  #otherEvents(from: number, to: number, commit: number): void {
    const reason = `the events are not those that the checkpoint in ${commitPath(commit)} signs`;
    let told = false;
    for (const part of this.#options.current.state.parts.values()) {
      const position = Math.max(from, part.first_position);
      const lastPosition = Math.min(to - 1, part.last_position);
      if (position > lastPosition) continue;
      told = true;
      this.#found({ kind: 'changed', file: part.path, position, lastPosition, reason });
    }
    if (!told) this.#found({ kind: 'changed', file: commitPath(commit), reason: 'its checkpoint signs another tree' });
  }

  #sum(count: number): void {
    const { keys, contents, from } = this.#window;
    const positions = Float64Array.from({ length: count }, (_, index) => from + index);
    this.#options.sums.add('events', keys, contents, positions);
  }

  #turn(): void {
    [this.#window, this.#next] = [this.#next, this.#window];
    this.#next.reset(this.#window.number + 1);
  }

  /** Parts that commits name, and whose positions are not in the log. */
  async #checkOthers(): Promise<void> {
    const { state } = this.#options;
    for (const part of state.parts.values()) {
      if (part.last_position < state.tree.size) continue;
      const reason = `the commits place it at positions up to ${part.last_position}, and the log has ${state.tree.size} events`;
      this.#found({ kind: 'added', file: part.path, reason });
    }
  }
}
