import { hash } from 'node:crypto';
import path from 'node:path';
import type { ConsultationId } from '../domain/ids.ts';

/** Says that a folder is a key store, and whose; see docs/KEY_STORE.md. */
export const headerName = 'key-store.json';

/** Holds the records of consultations, in 256 folders. */
export const keysFolder = 'keys';

/** Where the record of a consultation lies, relative to the key store's folder: an id may be longer than a name, or differ in case alone. */
export const recordPath = (consultationId: ConsultationId): string => {
  const name = hash('sha256', consultationId, 'hex');
  return path.join(keysFolder, name.slice(0, 2), `${name}.json`);
};
