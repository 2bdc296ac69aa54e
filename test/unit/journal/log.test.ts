import { describe, expect, it } from 'vitest';
import { readGroupHeader, sealGroup } from '../../../shared/queue/journal/format/group.ts';
import { groupHeaderBytes } from '../../../shared/queue/journal/format/layout.ts';
import type { Journal } from '../../../shared/queue/journal/port.ts';
import { ManualClock } from './manual-clock.ts';
import { drain, openOnDisk, queueOf, segmentBytes, send, take, takeOne, until, workOff } from './open-on-disk.ts';
import { SimulatedDisk } from './simulated-disk.ts';

const blockBytes = 4096;

const filled = (name: string, bytes: number): string => `${name} `.padEnd(bytes, 'x');

/** Offsets of the groups of a file, in order. */
const groupsOf = (bytes: Buffer): number[] => {
  const offsets: number[] = [];
  for (let offset = blockBytes; offset < bytes.length; offset += blockBytes) {
    if (readGroupHeader(bytes.subarray(offset)) !== undefined) offsets.push(offset);
  }
  return offsets;
};

const only = (disk: SimulatedDisk): string => {
  const [path] = disk.paths.filter((one) => groupsOf(disk.bytesOf(one)).length > 0);
  if (path === undefined) throw new Error('No file has groups.');
  return path;
};

/** Fills the journal until it takes no more; resolves to the bodies that it took. */
const fill = async (journal: Journal, bytes = 10_000): Promise<string[]> => {
  const sent: string[] = [];
  for (;;) {
    const body = filled(`message ${sent.length}`, bytes);
    try {
      await send(queueOf(journal, 'work'), body);
    } catch (error) {
      expect(error).toMatchObject({ tag: 'QueueFull', status: 429 });
      return sent;
    }
    sent.push(body);
  }
};

describe('the disk of the journal', () => {
  it('is bounded: sends are refused, receives and deletes go on, and room comes back', async () => {
    const disk = new SimulatedDisk();
    const journal = await openOnDisk(disk);
    const queue = await journal.createQueue('work');
    for (let round = 0; round < 3; round++) {
      const sent = await fill(journal);
      expect(sent.length).toBeGreaterThan(15);
      expect(journal.statistics.diskBytes).toBeLessThanOrEqual(8 * segmentBytes);
      expect(await workOff(queue)).toBe(sent.length);
      await until(() => journal.statistics.diskBytes <= 6 * segmentBytes);
    }
    expect(disk.paths.length).toBeLessThanOrEqual(8);
  });

  it('recycles its files instead of making new ones', async () => {
    const disk = new SimulatedDisk();
    const journal = await openOnDisk(disk);
    const queue = await journal.createQueue('work');
    for (let index = 0; index < 200; index++) {
      await send(queue, filled(`${index}`, 8_000));
      await workOff(queue);
    }
    expect(journal.statistics.writtenBytes).toBeGreaterThan(20 * segmentBytes);
    expect(disk.paths.length).toBeLessThanOrEqual(6);
  });

  it('is not pinned by one old message: it is copied forward, and still there after a restart', async () => {
    const disk = new SimulatedDisk();
    const clock = new ManualClock();
    let journal = await openOnDisk(disk, clock);
    let dead = await journal.createQueue('dead');
    const queue = await journal.createQueue('work');
    await dead.sendBatch([{ body: 'old dead letter', attributes: { reason: 'conflict' } }]);
    const { messageId } = await takeOne(dead);
    for (let index = 0; index < 100; index++) {
      await send(queue, filled(`${index}`, 8_000));
      await workOff(queue);
    }
    expect(journal.statistics.copiedForwardMessages).toBeGreaterThan(0);
    expect(disk.paths.length).toBeLessThanOrEqual(6);
    await journal.close();
    journal = await openOnDisk(disk, clock);
    dead = queueOf(journal, 'dead');
    expect(await take(dead)).toMatchObject([
      { messageId, body: 'old dead letter', attributes: { reason: 'conflict' }, receiveCount: 2 },
    ]);
  });

  it('goes on receiving for ever when it is full of messages that nobody deletes', async () => {
    const journal = await openOnDisk(new SimulatedDisk());
    const queue = await journal.createQueue('work', { visibilityTimeoutSeconds: 0 });
    const sent = await fill(journal, 1_000);
    for (let receive = 0; receive < 3_000; receive++) expect(await take(queue)).toHaveLength(10);
    expect(journal.statistics.diskBytes).toBeLessThanOrEqual(8 * segmentBytes);
    await queue.setAttributes({ visibilityTimeoutSeconds: 30 });
    expect((await drain(queue)).toSorted()).toEqual(sent.toSorted());
  });
});

describe('the memory of the journal', () => {
  it('is bounded: what does not fit is read back from the disk', async () => {
    const journal = await openOnDisk(new SimulatedDisk(), new ManualClock(), { memoryBytes: 25_000 });
    await journal.createQueue('work');
    const sent = await fill(journal);
    expect(journal.statistics.memoryBytes).toBe(20_000);
    expect(await drain(queueOf(journal, 'work'))).toEqual(sent);
    expect(journal.statistics.memoryBytes).toBe(0);
  });

  it('holds out a message that cannot be read back, and not its neighbours', async () => {
    const disk = new SimulatedDisk();
    const journal = await openOnDisk(disk, new ManualClock(), { memoryBytes: 0 });
    const queue = await journal.createQueue('work');
    await send(queue, 'flipped on the disk', 'neighbour');
    const bytes = disk.bytesOf(only(disk));
    bytes.write('F', bytes.indexOf('flipped on the disk'));
    expect(await take(queue)).toMatchObject([{ body: 'neighbour' }]);
    expect(await queue.depth()).toEqual({ visible: 0, inFlight: 2, delayed: 0 });
  });
});

describe('damage', () => {
  const written = async (): Promise<SimulatedDisk> => {
    const disk = new SimulatedDisk();
    const journal = await openOnDisk(disk);
    const queue = await journal.createQueue('work');
    for (const body of ['first', 'second', 'third']) await send(queue, body);
    disk.kill();
    return disk;
  };

  it('to what was written last is taken for a torn tail, and dropped', async () => {
    const disk = await written();
    const bytes = disk.bytesOf(only(disk));
    bytes.write('X', bytes.indexOf('third'));
    const journal = await openOnDisk(disk);
    expect(await drain(queueOf(journal, 'work'))).toEqual(['first', 'second']);
  });

  it('to anything before is an error that names file and offset, and changes nothing', async () => {
    const disk = await written();
    const path = only(disk);
    const bytes = disk.bytesOf(path);
    bytes.write('X', bytes.indexOf('second'));
    const before = Buffer.from(bytes);
    const offset = groupsOf(bytes)[3];
    await expect(openOnDisk(disk)).rejects.toMatchObject({ tag: 'JournalDamaged', path, offset });
    expect(disk.bytesOf(path).equals(before)).toBe(true);
    // The folder is free again: whoever repaired it can open it.
    bytes.write('s', bytes.indexOf('Xecond'));
    expect(await drain(queueOf(await openOnDisk(disk), 'work'))).toEqual(['first', 'second', 'third']);
  });

  it('to the last message is found after a clean end', async () => {
    const disk = new SimulatedDisk();
    const journal = await openOnDisk(disk);
    await send(await journal.createQueue('work'), 'the last');
    await journal.close();
    const bytes = disk.bytesOf(only(disk));
    bytes.write('T', bytes.indexOf('the last'));
    await expect(openOnDisk(disk)).rejects.toMatchObject({ tag: 'JournalDamaged' });
  });

  it('to a header, and a file that is missing, are errors', async () => {
    const many = async (): Promise<SimulatedDisk> => {
      const disk = new SimulatedDisk();
      const journal = await openOnDisk(disk);
      const queue = await journal.createQueue('work');
      for (let index = 0; index < 10; index++) await send(queue, filled(`${index}`, 10_000));
      disk.kill();
      return disk;
    };
    const header = await many();
    header.bytesOf(only(header)).write('X', 14);
    await expect(openOnDisk(header)).rejects.toMatchObject({ tag: 'JournalDamaged' });
    const missing = await many();
    await missing.remove(only(missing));
    await expect(openOnDisk(missing)).rejects.toMatchObject({ tag: 'JournalDamaged' });
    const last = await written();
    last.bytesOf(only(last)).write('X', 14);
    await expect(openOnDisk(last)).rejects.toMatchObject({ tag: 'JournalDamaged', path: only(last) });
  });

  it('of a newer format is not mistaken for damage that a backup would repair', async () => {
    const disk = await written();
    const bytes = disk.bytesOf(only(disk));
    const { decodeSegmentHeader } = await import('../../../shared/queue/journal/format/segment-header.ts');
    const { crc32 } = await import('node:zlib');
    bytes.writeUInt32LE(2, 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 44)), 44);
    expect(decodeSegmentHeader(bytes.subarray(0, blockBytes))).toEqual({ kind: 'newer', version: 2 });
    await expect(openOnDisk(disk)).rejects.toThrow('format version is 2');
  });

  it('cannot be feigned by what a client puts into a message', async () => {
    const disk = new SimulatedDisk();
    const journal = await openOnDisk(disk);
    const queue = await journal.createQueue('work');
    // A group of the right segment and far ahead in sequence; every character is one that SQS allows, the salt is guessed.
    const forged = Buffer.alloc(groupHeaderBytes + 8, 'A');
    sealGroup(forged, { segmentNumber: 1, salt: Buffer.alloc(8, 'A') }, 1_000_000);
    await send(queue, 'x'.repeat(3 * blockBytes));
    disk.kill();
    const bytes = disk.bytesOf(only(disk));
    const tail = groupsOf(bytes).at(-1) ?? 0;
    forged.copy(bytes, tail + blockBytes);
    expect(await drain(queueOf(await openOnDisk(disk), 'work'))).toEqual([]);
  });
});

describe('a file that a killed process had just filled, and not synced', () => {
  it('is as good as any once the next process has opened the journal', async () => {
    const disk = new SimulatedDisk();
    const killed = new Promise<void>((resolve) => {
      disk.fateOf = () => {
        disk.kill();
        resolve();
        return 'success';
      };
    });
    void openOnDisk(disk);
    await killed;
    disk.fateOf = () => 'success';
    await until(() => disk.paths.some((path) => disk.bytesOf(path).length === segmentBytes));
    const [filledFile = ''] = disk.paths;
    const journal = await openOnDisk(disk);
    await send(await journal.createQueue('work'), 'kept');
    expect(only(disk)).toBe(filledFile);
    disk.losePower();
    expect(await drain(queueOf(await openOnDisk(disk), 'work'))).toEqual(['kept']);
  });
});

describe('a disk that cannot be written', () => {
  it.for(['nothing', 'part', 'all'] as const)(
    'confirms nothing when %s of a write lands, recovers, and replays',
    async (fate) => {
      const disk = new SimulatedDisk();
      const journal = await openOnDisk(disk);
      const queue = await journal.createQueue('work');
      await send(queue, 'before', 'to delete');
      const [, toDelete] = await take(queue);
      if (toDelete === undefined) throw new Error('Two messages were expected.');
      disk.fateOf = () => fate;
      const outcomes = await Promise.allSettled([
        send(queue, filled('refused', 9_000)),
        queue.deleteBatch([toDelete.receiptHandle]),
        journal.createQueue('refused'),
      ]);
      expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.tag)).toEqual(
        Array(3).fill('QueueUnavailable'),
      );
      expect(await queue.depth()).toEqual({ visible: 1, inFlight: 1, delayed: 0 });
      disk.fateOf = () => 'success';
      await send(queue, 'after');
      disk.losePower();
      const bodies = await drain(queueOf(await openOnDisk(disk), 'work'));
      expect(bodies.toSorted()).toEqual(['after', 'before', 'to delete']);
    },
  );

  it('still takes deletes when there is no space for another file, and sends once there is', async () => {
    const disk = new SimulatedDisk();
    const journal = await openOnDisk(disk);
    const queue = await journal.createQueue('work');
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    const create = disk.create.bind(disk);
    disk.create = async () => {
      throw full;
    };
    let sent = 0;
    const sendUntilRefused = async (): Promise<void> => {
      for (;;) {
        await send(queue, filled(`${sent}`, 10_000));
        sent++;
      }
    };
    await expect(sendUntilRefused()).rejects.toMatchObject({ tag: 'QueueUnavailable', status: 503 });
    disk.create = create;
    await send(queue, 'there is space again');
    expect(await workOff(queue)).toBe(sent + 1);
  });
});
