import { RecordBuffer } from '../format/record-buffer.ts';
import type { Segment } from './segment.ts';

/** Where a group was written. */
export interface GroupPlacement {
  readonly segment: Segment;
  /** Of the group in the segment's file. */
  readonly offset: number;
}

/** What is to happen once records are durable, or are known not to be. Called in the order of the records. */
export interface Operation {
  committed(placement: GroupPlacement): void;
  failed(error: Error): void;
}

/** Records that are written at once: all of them become durable, or none. */
export class PendingGroup {
  readonly buffer: RecordBuffer;
  readonly operations: Operation[] = [];
  /** A group with sends may not take the last spare file. */
  hasSends = false;
  /** Somebody waits for it, or its records have waited long enough. */
  isDue = false;

  constructor(capacity: number) {
    this.buffer = new RecordBuffer(capacity);
  }

  clear(): void {
    this.buffer.clear();
    this.operations.length = 0;
    this.hasSends = false;
    this.isDue = false;
  }
}
