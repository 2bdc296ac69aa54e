import path from 'node:path';
import type { StoredEvent } from '../../shared/domain/event.ts';
import { nodeStoreFiles } from '../../shared/store/files.ts';
import { eventOfRow } from '../../shared/store/part/columns.ts';
import { readPart } from '../../shared/store/part/read.ts';

/** Only events of this consultation, or of this type; all when undefined. */
export interface EventFilter {
  readonly consultationId: string | undefined;
  readonly eventType: string | undefined;
}

const everything: EventFilter = { consultationId: undefined, eventType: undefined };

/** A filter's name as a part knows it: undefined where any will do, null where the part has no such event. */
const codeOf = (names: readonly string[], wanted: string | undefined): number | undefined | null => {
  if (wanted === undefined) return undefined;
  const code = names.indexOf(wanted);
  return code < 0 ? null : code;
};

/**
 * The events of a part in its order.
 * @param file absolute, or relative to the working folder.
 * @throws PartDamaged, or the system's error when the file can't be read.
 */
export const eventsOfPart = async (file: string, filter: EventFilter = everything): Promise<readonly StoredEvent[]> => {
  const columns = await readPart(file, await nodeStoreFiles.read(path.resolve(file)));
  const consultation = codeOf(columns.consultationNames, filter.consultationId);
  const eventType = codeOf(columns.eventTypeNames, filter.eventType);
  if (consultation === null || eventType === null) return [];
  const payloads = Buffer.from(columns.payload.buffer, columns.payload.byteOffset, columns.payload.byteLength);
  const events: StoredEvent[] = [];
  for (let row = 0; row < columns.count; row++) {
    if (consultation !== undefined && columns.consultation[row] !== consultation) continue;
    if (eventType !== undefined && columns.eventType[row] !== eventType) continue;
    const [from, to] = [Number(columns.payloadOffset[row]), Number(columns.payloadOffset[row + 1])];
    events.push(eventOfRow(columns, row, payloads.toString('utf8', from, to)));
  }
  return events;
};
