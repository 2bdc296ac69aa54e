import type { Logger } from '../../../telemetry/log.ts';
import { smallRecordBytes, writeTrimmed } from '../format/records.ts';
import type { Segment } from './segment.ts';
import type { Segments } from './segments.ts';
import type { StoredMessage } from './stored-message.ts';
import type { Writer } from './writer.ts';

export interface CompactorOptions {
  readonly segments: Segments;
  readonly writer: Writer;
  readonly logger: Logger;
  /** Writes these messages again at the end of the log, durably; leaves those alone that are about to go. */
  readonly copyForward: (messages: readonly StoredMessage[]) => Promise<void>;
}

/** A segment is copied when at most this share of it is alive. */
const sparseShare = 0.25;
/** The same, when the disk's share is nearly used up. */
const sparseShareWhenScarce = 0.5;
/** Copying everything once must free at least this share of the log. */
const worthwhileDeadShare = 0.1;
/** Fewer segments than this are left alone. */
const fewSegments = 3;
const chunkBytes = 256 * 1024;

/**
 * Frees the oldest segments, always in order: a segment may say that a message of an older one was deleted, so it must
 * not go before that one. What still lives in the oldest is copied to the end first.
 */
export class Compactor {
  readonly #options: CompactorOptions;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(options: CompactorOptions) {
    this.#options = options;
  }

  /** Looks for work; cheap when there is none. */
  kick(): void {
    if (this.#running !== undefined || this.#stopped || this.#victim() === undefined) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      for (let victim = this.#victim(); victim !== undefined && !this.#stopped; victim = this.#victim()) {
        if (!(await this.#empty(victim))) return;
        await this.#trim();
      }
    } catch (error) {
      // The next group that is written looks again.
      this.#options.logger.debug('the journal could not be compacted', { error });
    }
  }

  /** The oldest segment, if it is worth freeing now. */
  #victim(): Segment | undefined {
    const { segments } = this.#options;
    const { oldest } = segments;
    if (oldest === undefined || oldest === segments.active) return undefined;
    if (oldest.messages.size === 0) return oldest.readers === 0 ? oldest : undefined;
    const share = oldest.liveBytes / oldest.bytes;
    if (segments.list.length >= fewSegments && share <= sparseShare) return oldest;
    if (!segments.scarce) return undefined;
    const dead = segments.deadBytes;
    const worthwhile = Math.max(segments.segmentBytes, segments.diskBytes * worthwhileDeadShare);
    return share <= sparseShareWhenScarce || dead >= worthwhile ? oldest : undefined;
  }

  /** Resolves to true when nothing in `segment` is needed any more. */
  async #empty(segment: Segment): Promise<boolean> {
    while (segment.messages.size > 0 && !this.#stopped) {
      const before = segment.messages.size;
      await this.#options.copyForward(this.#chunk(segment));
      // Those left are about to be deleted or moved; the group that does it looks again.
      if (segment.messages.size === before) return false;
    }
    return segment.messages.size === 0 && segment.readers === 0;
  }

  #chunk(segment: Segment): StoredMessage[] {
    const chunk: StoredMessage[] = [];
    let bytes = 0;
    for (const message of segment.messages) {
      if (chunk.length > 0 && bytes + message.recordBytes > chunkBytes) break;
      chunk.push(message);
      bytes += message.recordBytes;
    }
    return chunk;
  }

  /** Says durably that the empty segments at the head are not needed, then recycles them. */
  async #trim(): Promise<void> {
    const { segments, writer } = this.#options;
    const freed: Segment[] = [];
    for (const segment of segments.list) {
      if (segment === segments.active || segment.messages.size > 0 || segment.readers > 0) break;
      freed.push(segment);
    }
    const newOldest = segments.list[freed.length];
    if (freed.length === 0 || newOldest === undefined) return;
    const buffer = writer.reserve(smallRecordBytes);
    writeTrimmed(buffer, newOldest.number);
    await new Promise<void>((resolve, reject) => {
      writer.add({
        committed: () => {
          segments.list.splice(0, freed.length);
          resolve();
        },
        failed: reject,
      });
    });
    for (const { file, bytes } of freed) await segments.spares.recycle({ file, bytes });
    segments.spares.replenish();
  }
}
