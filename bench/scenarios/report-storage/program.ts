import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import { type ConsultationId, createUuidV7Source, type EventId } from '../../../shared/domain/ids.ts';
import { leafHash } from '../../../shared/domain/leaf.ts';
import { createPartWriter } from '../../../shared/store/level0.ts';
import { readPart } from '../../../shared/store/part/read.ts';
import type { Compression } from '../../../shared/store/port.ts';

/** FOLDER EVENTS: writes and reads the events of the report's section 4.3 as one part at each compression, and prints what that took as JSON. */
const [, , folder = '', count = ''] = process.argv;
const newId = createUuidV7Source(Date.now, randomFillSync);

/** The report's own text, as a payload: some 1 KB. */
const eventOf = (_: unknown, number: number): AcceptedEvent => {
  const event = {
    consultationId: 'test-id' as ConsultationId,
    eventId: newId() as EventId,
    eventType: 'MESSAGE_RECEIVED',
    userId: undefined,
    occurredAt: undefined,
    receivedAt: new Date(1_790_000_000_000 + number).toISOString(),
    requestIndex: 0,
    segment: 'general',
    payload: JSON.stringify({ message: `event_${number}_${'x'.repeat(1_000)}` }),
  };
  return { ...event, leaf: leafHash(event) };
};

const writer = createPartWriter({ folder });

const measure = async (compression: Compression) => {
  const events = Array.from({ length: Number(count) }, eventOf);
  const startMs = performance.now();
  const part = await writer.write(events, compression);
  const writtenMs = performance.now();
  const file = path.join(folder, part.path);
  const columns = await readPart(file, readFileSync(file));
  const readMs = performance.now();
  if (columns.count !== events.length) throw new Error(`${columns.count} of ${events.length} events were read`);
  return { writeMs: writtenMs - startMs, readMs: readMs - writtenMs, kilobytes: part.bytes / 1_024 };
};

// The first part of a process loads the HDF5 library.
await measure('none');
console.log(
  JSON.stringify({ gzip4: await measure('gzip-4'), gzip1: await measure('gzip-1'), none: await measure('none') }),
);
