import path from 'node:path';
import { PartDamaged } from '../../shared/domain/errors.ts';
import type { StoredEvent } from '../../shared/domain/event.ts';
import { nodeStoreFiles, rangeOf } from '../../shared/store/files.ts';
import { eventOfRow } from '../../shared/store/part/columns.ts';
import { readPart } from '../../shared/store/part/read.ts';
import { openSealedPart, type PartPlace, type SealedPart } from '../../shared/store/part/sealed/open.ts';

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

const eventsOfLevel0 = async (
  file: string,
  bytes: Uint8Array,
  filter: EventFilter,
): Promise<readonly StoredEvent[]> => {
  const columns = await readPart(file, bytes);
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

const eventsOfSealed = async (sealed: SealedPart, filter: EventFilter): Promise<readonly StoredEvent[]> => {
  const rows = Array.from({ length: sealed.meta.count }, (_, row) => row);
  return (await sealed.events(rows)).filter(
    ({ consultationId, eventType }) =>
      (filter.consultationId ?? consultationId) === consultationId && (filter.eventType ?? eventType) === eventType,
  );
};

/** The part, if the bytes are a sealed one; whatever else is wrong with them is told by reading them as one of level 0. */
const sealedPartOf = async (place: PartPlace, bytes: Uint8Array): Promise<SealedPart | undefined> => {
  try {
    return await openSealedPart(rangeOf(bytes), place);
  } catch (error) {
    if (error instanceof PartDamaged) return undefined;
    throw error;
  }
};

/**
 * The events of a part in its order, whatever its level.
 * @param file absolute, or relative to the working folder.
 * @param basePosition what a sealed part's positions count from, as its commit says.
 * @throws PartDamaged, or the system's error when the file can't be read.
 */
export const eventsOfPart = async (
  file: string,
  filter: EventFilter = everything,
  basePosition = 0,
): Promise<readonly StoredEvent[]> => {
  const bytes = await nodeStoreFiles.read(path.resolve(file));
  const sealed = await sealedPartOf({ path: file, basePosition }, bytes);
  return sealed === undefined ? eventsOfLevel0(file, bytes, filter) : eventsOfSealed(sealed, filter);
};
