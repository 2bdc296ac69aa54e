import { JournalDamaged } from '../errors.ts';
import { blockBytes, inBlocks } from '../format/layout.ts';
import { type RecordVisitor, readRecords } from '../format/read-records.ts';
import type { SegmentHeader } from '../format/segment-header.ts';
import { GroupReader } from './group-reader.ts';
import type { Segment, SpareFile } from './segment.ts';
import type { SurveyedFile } from './survey.ts';

/** What replay hands records to; told first where they are. */
export interface ReplayVisitor extends RecordVisitor {
  group(segment: Segment, offset: number): void;
}

export interface Replayed {
  /** Oldest first; the last one is written on. */
  readonly segments: Segment[];
  readonly spares: readonly SpareFile[];
  readonly nextSequence: number;
  /** The newest segment was begun, but nothing in it is durable. */
  readonly newestIsEmpty: boolean;
}

interface BegunFile extends SurveyedFile {
  readonly header: SegmentHeader;
}

interface Tail {
  readonly endOffset: number;
  readonly nextSequence: number;
}

const isBegun = (surveyed: SurveyedFile): surveyed is BegunFile => surveyed.header !== undefined;

const placeOf = ({ header }: BegunFile): { segmentNumber: number; salt: Uint8Array } => ({
  segmentNumber: header.number,
  salt: header.salt,
});

const ignoreRecords: RecordVisitor = {
  queue: () => {},
  queueDeleted: () => {},
  message: () => {},
  deleted: () => {},
  received: () => {},
  moved: () => {},
  purged: () => {},
  trimmed: () => {},
};

/**
 * Reads the groups of a segment in order, up to the first that is not the next one, or whose number a newer segment
 * already has: that one was written again there, since its first write was reported as failed.
 */
const readSegment = async (
  begun: BegunFile,
  beforeSequence: number,
  read: (group: Buffer, offset: number) => void,
): Promise<Tail> => {
  const reader = new GroupReader(begun.file, begun.bytes);
  let offset = blockBytes;
  let sequence = begun.header.firstSequence;
  while (sequence < beforeSequence) {
    const group = await reader.groupAt(offset, placeOf(begun));
    if (group === undefined || group.header.sequence !== sequence) break;
    try {
      read(group.bytes, offset);
    } catch (error) {
      if (error instanceof JournalDamaged) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new JournalDamaged(begun.file.path, offset, `the records cannot be read (${reason})`, { cause: error });
    }
    offset += inBlocks(group.header.bytes);
    sequence++;
  }
  return { endOffset: offset, nextSequence: sequence };
};

/** The oldest segment that is needed, by the newest one's header and what was trimmed since. */
const oldestNeeded = async (newest: BegunFile): Promise<number> => {
  let oldest = newest.header.oldest;
  await readSegment(newest, Number.POSITIVE_INFINITY, (group) =>
    readRecords(group, {
      ...ignoreRecords,
      trimmed: (segment) => {
        oldest = segment;
      },
    }),
  );
  return oldest;
};

/** The files of the segments from `oldest` to the newest. @throws JournalDamaged when one is missing. */
const neededFiles = (begun: readonly BegunFile[], oldest: number, newest: BegunFile): BegunFile[] => {
  const byNumber = new Map(begun.map((one) => [one.header.number, one]));
  const needed: BegunFile[] = [];
  for (let number = oldest; number <= newest.header.number; number++) {
    const one = byNumber.get(number);
    if (one === undefined) {
      throw new JournalDamaged(newest.file.path, 0, `segment ${number} is needed, and no file of the folder has it`);
    }
    if (one.bytes < one.header.bytes) throw new JournalDamaged(one.file.path, one.bytes, 'the file was cut short');
    needed.push(one);
  }
  return needed;
};

/** @throws JournalDamaged when a file that should mean nothing has groups newer than all that was replayed. */
const refuseNewerGroups = async (others: readonly SurveyedFile[], lastSequence: number): Promise<void> => {
  for (const { file, bytes, header } of others) {
    // A valid header tells which use of the file its groups are from; it is older than the log.
    if (header !== undefined) continue;
    const found = await new GroupReader(file, bytes).findAfter(blockBytes, lastSequence);
    if (found !== undefined)
      throw new JournalDamaged(file.path, 0, `its header is unreadable, yet a group at ${found} is intact`);
  }
};

const replaySegment = async (
  begun: BegunFile,
  next: BegunFile | undefined,
  visitor: ReplayVisitor,
): Promise<[Segment, Tail]> => {
  const { file, bytes, header } = begun;
  const segment: Segment = {
    file,
    bytes,
    number: header.number,
    salt: header.salt,
    endOffset: blockBytes,
    messages: new Set(),
    liveBytes: 0,
    readers: 0,
  };
  const tail = await readSegment(begun, next?.header.firstSequence ?? Number.POSITIVE_INFINITY, (group, offset) => {
    visitor.group(segment, offset);
    readRecords(group, visitor);
  });
  segment.endOffset = tail.endOffset;
  if (next !== undefined && tail.nextSequence !== next.header.firstSequence) {
    throw new JournalDamaged(
      file.path,
      tail.endOffset,
      `group ${tail.nextSequence} is unreadable, yet later ones are intact`,
    );
  }
  return [segment, tail];
};

/** A group that follows an unreadable one was confirmed after it: then the unreadable one was confirmed too. */
const refuseGroupsBehindTail = async (newest: BegunFile, tail: Tail): Promise<void> => {
  const found = await new GroupReader(newest.file, newest.bytes).findAfter(
    tail.endOffset,
    tail.nextSequence,
    placeOf(newest),
  );
  if (found !== undefined) {
    throw new JournalDamaged(
      newest.file.path,
      tail.endOffset,
      `group ${tail.nextSequence} is unreadable, yet a later one at ${found} is intact`,
    );
  }
};

/**
 * Hands every confirmed record to `visitor`, in the order they were written. An unreadable group at the very end was never
 * confirmed and is dropped.
 * @throws JournalDamaged when confirmed data is unreadable.
 */
export const replay = async (surveyed: readonly SurveyedFile[], visitor: ReplayVisitor): Promise<Replayed> => {
  const begun = surveyed.filter(isBegun).sort((one, other) => one.header.number - other.header.number);
  const newest = begun.at(-1);
  if (newest === undefined) {
    await refuseNewerGroups(surveyed, 0);
    return { segments: [], spares: surveyed, nextSequence: 1, newestIsEmpty: false };
  }
  const needed = neededFiles(begun, await oldestNeeded(newest), newest);
  // An earlier process may have been killed between its write and the sync: what was read must be durable before it is built on.
  await newest.file.sync();
  const segments: Segment[] = [];
  let tail: Tail = { endOffset: blockBytes, nextSequence: newest.header.firstSequence };
  for (const [index, one] of needed.entries()) {
    const [segment, reached] = await replaySegment(one, needed[index + 1], visitor);
    segments.push(segment);
    tail = reached;
  }
  await refuseGroupsBehindTail(newest, tail);
  const others = surveyed.filter((one) => !needed.some(({ file }) => file === one.file));
  await refuseNewerGroups(others, tail.nextSequence - 1);
  return {
    segments,
    spares: others,
    nextSequence: tail.nextSequence,
    newestIsEmpty: tail.nextSequence === newest.header.firstSequence,
  };
};
