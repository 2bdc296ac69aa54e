import { sealGroup } from '../format/group.ts';
import { blockBytes, inBlocks } from '../format/layout.ts';
import { RecordBuffer } from '../format/record-buffer.ts';
import { encodeSegmentHeader } from '../format/segment-header.ts';
import type { Segment } from './segment.ts';

/** A segment that is not known to be begun durably. */
export interface Beginning {
  readonly segment: Segment;
  /** Once durable the header is never written again: were that torn, the groups behind it would be without one. */
  headerIsDurable: boolean;
}

const writeHeader = async (segment: Segment, firstSequence: number, oldest: number): Promise<void> => {
  const block = Buffer.alloc(blockBytes);
  const { number, salt, bytes } = segment;
  encodeSegmentHeader({ number, firstSequence, oldest, salt, bytes }, block);
  await segment.file.writeDurably(block, 0);
};

/**
 * Writes the header and, once that is durable, the snapshot as the group `sequence`: a group in a file without a header is
 * damage. Resolves to the snapshot's bytes.
 */
export const beginSegment = async (
  beginning: Beginning,
  sequence: number,
  oldest: number,
  writeSnapshot: (buffer: RecordBuffer) => void,
): Promise<number> => {
  const { segment } = beginning;
  if (!beginning.headerIsDurable) await writeHeader(segment, sequence, oldest);
  beginning.headerIsDurable = true;
  const snapshot = new RecordBuffer(blockBytes);
  writeSnapshot(snapshot);
  const bytes = inBlocks(snapshot.length);
  snapshot.reserve(blockBytes);
  sealGroup(snapshot.group(), { segmentNumber: segment.number, salt: segment.salt }, sequence);
  await segment.file.writeDurably(snapshot.padded(bytes), blockBytes);
  segment.endOffset = blockBytes;
  return bytes;
};
