import { QueueUnavailable } from '../../../domain/errors.ts';
import type { RandomFill } from '../../../domain/ids.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Logger } from '../../../telemetry/log.ts';
import { sealGroup } from '../format/group.ts';
import { blockBytes, groupHeaderBytes, inBlocks, saltBytes } from '../format/layout.ts';
import type { RecordBuffer } from '../format/record-buffer.ts';
import { type Beginning, beginSegment } from './begin-segment.ts';
import { type GroupPlacement, type Operation, PendingGroup } from './group.ts';
import type { Segment } from './segment.ts';
import type { Segments } from './segments.ts';

export interface WriterOptions {
  readonly segments: Segments;
  readonly clock: Clock;
  readonly randomFill: RandomFill;
  readonly logger: Logger;
  readonly minFlushIntervalMs: number;
  readonly nextSequence: number;
  /** The newest segment was begun, but what every segment starts with never became durable. */
  readonly snapshotMissing: boolean;
  /** Writes what every segment starts with: all that older segments say and that is not a message. */
  readonly writeSnapshot: (buffer: RecordBuffer) => void;
  /** Called after the operations of a group. */
  readonly afterGroup: () => void;
}

/** Records that nobody waits for are written with the next group, or after this long. */
const lazyFlushMs = 50;
const initialGroupBytes = 256 * 1024;
/** Larger buffers go back to the heap once written. */
const keptGroupBytes = 2 * 1024 * 1024;
const largestGroupBytes = 4 * 1024 * 1024;
/** Sends beyond this wait in memory only because the disk does not keep up. */
const mostPendingBytes = 64 * 1024 * 1024;

/**
 * Appends flush groups. Exactly one write is in flight; what arrives meanwhile makes up the next group.
 * A group that failed was confirmed to nobody: the next one is written over it, at the same place with the same sequence
 * number, so that whatever the failed write left behind, replay finds at most one of the two.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #largestGroupBytes: number;
  readonly #closedGroups: PendingGroup[] = [];
  readonly #pool: PendingGroup[] = [];
  #filling: PendingGroup | undefined;
  #pendingBytes = 0;
  #sequence: number;
  #running: Promise<void> | undefined;
  #lazyTimer: { cancel(): void } | undefined;
  #lastStartMs = Number.NEGATIVE_INFINITY;
  /** A segment whose beginning may or may not be on disk; nothing goes anywhere else before it is. */
  #beginning: Beginning | undefined;
  #failing = false;
  flushes = 0;
  writtenBytes = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#sequence = options.nextSequence;
    const { segments } = options;
    const { active } = segments;
    if (options.snapshotMissing && active !== undefined) this.#beginning = { segment: active, headerIsDurable: true };
    // Header, snapshot and the group itself must fit one segment.
    this.#largestGroupBytes = Math.min(largestGroupBytes, Math.floor((segments.segmentBytes - blockBytes) / 2));
  }

  /** The largest records that one operation can have. */
  get largestRecordsBytes(): number {
    return this.#largestGroupBytes - groupHeaderBytes;
  }

  get pendingBytes(): number {
    return this.#pendingBytes + (this.#filling?.buffer.length ?? 0);
  }

  get overloaded(): boolean {
    return this.pendingBytes > mostPendingBytes;
  }

  /** The buffer to encode the records of one operation into, with room for `bytes`; they become durable together. */
  reserve(bytes: number): RecordBuffer {
    let group = this.#filling;
    if (group !== undefined && group.operations.length > 0 && group.buffer.length + bytes > this.#largestGroupBytes) {
      this.#pendingBytes += group.buffer.length;
      this.#closedGroups.push(group);
      group = undefined;
    }
    if (group === undefined) {
      group = this.#pool.pop() ?? new PendingGroup(Math.min(initialGroupBytes, this.#largestGroupBytes));
      this.#filling = group;
    }
    group.buffer.reserve(bytes + blockBytes);
    return group.buffer;
  }

  /** What to do about the records just encoded; they are written as soon as the disk is free. */
  add(operation: Operation, isSend = false): void {
    const group = this.#filling;
    if (group === undefined) throw new Error('An operation needs records: reserve first.');
    group.operations.push(operation);
    group.isDue = true;
    if (isSend) group.hasSends = true;
    this.#run();
  }

  /** Like {@link add}, for records that nobody waits for. */
  addLazily(operation: Operation): void {
    this.#filling?.operations.push(operation);
    this.#lazyTimer ??= this.#options.clock.after(lazyFlushMs, () => this.#flushLazy());
  }

  /** Makes sure that there is a segment to write to. @throws the error of the file system. */
  async begin(): Promise<void> {
    await this.#segmentFor(0, false);
  }

  /** Resolves when everything added so far was written, or has failed. */
  async drain(): Promise<void> {
    this.#flushLazy();
    while (this.#running !== undefined) await this.#running;
  }

  #flushLazy(): void {
    this.#lazyTimer?.cancel();
    this.#lazyTimer = undefined;
    if (this.#filling !== undefined && this.#filling.operations.length > 0) this.#filling.isDue = true;
    this.#run();
  }

  #run(): void {
    if (!this.#hasWork) return;
    this.#running ??= this.#flushAll().finally(() => {
      this.#running = undefined;
      this.#run();
    });
  }

  get #hasWork(): boolean {
    return this.#closedGroups.length > 0 || this.#filling?.isDue === true;
  }

  async #flushAll(): Promise<void> {
    // What else this turn of the event loop brings goes along.
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      const { clock, minFlushIntervalMs } = this.#options;
      const pauseMs = this.#lastStartMs + minFlushIntervalMs - clock.monotonicMs();
      // What is sent was gathered by its sender: a second pause would make it wait for two groups (p50 2.7 ms, 1.6 without).
      if (pauseMs > 0 && this.#filling?.hasSends !== true) await clock.sleep(Math.ceil(pauseMs));
      const group = this.#next();
      if (group === undefined) return;
      this.#lastStartMs = clock.monotonicMs();
      await this.#flush(group);
    }
  }

  #next(): PendingGroup | undefined {
    const closed = this.#closedGroups.shift();
    if (closed !== undefined) {
      this.#pendingBytes -= closed.buffer.length;
      return closed;
    }
    const group = this.#filling;
    if (!group?.isDue) return undefined;
    this.#filling = undefined;
    this.#lazyTimer?.cancel();
    this.#lazyTimer = undefined;
    return group;
  }

  async #flush(group: PendingGroup): Promise<void> {
    let placement: GroupPlacement;
    try {
      placement = await this.#write(group);
    } catch (error) {
      this.#fail(group, error);
      return;
    }
    if (this.#failing) this.#options.logger.info('the journal can be written again');
    this.#failing = false;
    for (const operation of group.operations) operation.committed(placement);
    this.#release(group);
    this.#options.afterGroup();
  }

  #fail(group: PendingGroup, cause: unknown): void {
    if (!this.#failing) this.#options.logger.error('the journal cannot be written', { error: cause });
    this.#failing = true;
    const error = new QueueUnavailable('The queue cannot write to its disk: nothing was accepted.', { cause });
    for (const operation of group.operations) operation.failed(error);
    this.#release(group);
    this.#options.afterGroup();
  }

  #release(group: PendingGroup): void {
    group.clear();
    if (this.#pool.length < 2 && group.buffer.capacity <= keptGroupBytes) this.#pool.push(group);
  }

  async #write(group: PendingGroup): Promise<GroupPlacement> {
    const bytes = inBlocks(group.buffer.length);
    const segment = await this.#segmentFor(bytes, group.hasSends);
    sealGroup(group.buffer.group(), { segmentNumber: segment.number, salt: segment.salt }, this.#sequence);
    const offset = segment.endOffset;
    await segment.file.writeDurably(group.buffer.padded(bytes), offset);
    this.#written(segment, bytes);
    return { segment, offset };
  }

  #written(segment: Segment, bytes: number): void {
    this.#sequence++;
    segment.endOffset += bytes;
    this.flushes++;
    this.writtenBytes += bytes;
  }

  /** The segment that takes a group of `bytes`: the active one, or a new one. */
  async #segmentFor(bytes: number, hasSends: boolean): Promise<Segment> {
    const { segments } = this.#options;
    await this.#finishBeginning();
    const { active } = segments;
    if (active !== undefined && active.endOffset + bytes <= active.bytes) return active;
    const spare = await segments.spares.take(hasSends && active !== undefined ? 1 : 0);
    const segment: Segment = {
      file: spare.file,
      bytes: spare.bytes,
      number: (active?.number ?? 0) + 1,
      salt: this.#newSalt(),
      endOffset: blockBytes,
      messages: new Set(),
      liveBytes: 0,
      readers: 0,
    };
    this.#beginning = { segment, headerIsDurable: false };
    segments.list.push(segment);
    segments.spares.replenish();
    await this.#finishBeginning();
    return segment;
  }

  #newSalt(): Uint8Array {
    const salt = new Uint8Array(saltBytes);
    this.#options.randomFill(salt);
    return salt;
  }

  /**
   * When beginning a segment fails it is tried again on this very file: had the failed write reached the disk after all,
   * a group appended elsewhere would carry a sequence number that is taken.
   */
  async #finishBeginning(): Promise<void> {
    if (this.#beginning === undefined) return;
    const { segments, writeSnapshot } = this.#options;
    const bytes = await beginSegment(this.#beginning, this.#sequence, segments.oldestNumber, writeSnapshot);
    this.#written(this.#beginning.segment, bytes);
    this.#beginning = undefined;
  }
}
