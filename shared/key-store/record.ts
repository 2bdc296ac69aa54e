import { KeyRecordDamaged } from '../domain/errors.ts';
import type { ConsultationId } from '../domain/ids.ts';

/** That a consultation was erased, by whom and why. */
export interface Erasure {
  /** RFC 3339, by the clock of who erased. */
  readonly erasedAt: string;
  readonly erasedBy: string;
  readonly reason: string;
}

/** What the key store holds of one consultation. */
export type KeyRecord =
  /** Its data key, encrypted with the master key. */
  | { readonly state: 'active'; readonly createdAt: string; readonly wrappedKey: string }
  /** The tombstone in its place, for good. */
  | ({ readonly state: 'erased' } & Erasure);

const version = 1;

export const renderRecord = (consultationId: ConsultationId, record: KeyRecord): Uint8Array => {
  const common = { version, consultation_id: consultationId, state: record.state };
  const members =
    record.state === 'active'
      ? { ...common, created_at: record.createdAt, wrapped_key: record.wrappedKey }
      : { ...common, erased_at: record.erasedAt, erased_by: record.erasedBy, reason: record.reason };
  return Buffer.from(`${JSON.stringify(members)}\n`, 'utf8');
};

type Members = Readonly<Record<string, unknown>>;

const membersOf = (bytes: Uint8Array): Members | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
};

const wrappedForm = /^[\w-]{64}$/;

const recordOf = (members: Members): KeyRecord | undefined => {
  const { state, created_at, wrapped_key, erased_at, erased_by, reason } = members;
  if (state === 'active' && typeof created_at === 'string' && typeof wrapped_key === 'string') {
    return wrappedForm.test(wrapped_key) ? { state, createdAt: created_at, wrappedKey: wrapped_key } : undefined;
  }
  if (
    state === 'erased' &&
    typeof erased_at === 'string' &&
    typeof erased_by === 'string' &&
    typeof reason === 'string'
  ) {
    return { state, erasedAt: erased_at, erasedBy: erased_by, reason };
  }
  return undefined;
};

/** @throws KeyRecordDamaged when these bytes are no record, or that of another consultation. */
export const parseRecord = (file: string, bytes: Uint8Array, consultationId: ConsultationId): KeyRecord => {
  const members = membersOf(bytes);
  const record = members?.version === version ? recordOf(members) : undefined;
  if (members === undefined || record === undefined) throw new KeyRecordDamaged(file, 'it is no record of a key store');
  if (members.consultation_id !== consultationId) {
    throw new KeyRecordDamaged(file, 'it is the record of another consultation than its name says');
  }
  return record;
};

/**
 * Whether a file, a temporary perhaps, is a record of this consultation; also one that a loss of power cut off: what is missing
 * may be the last brace, and its key all there.
 */
export const isRecordOf = (bytes: Uint8Array, consultationId: ConsultationId): boolean => {
  const start = `${JSON.stringify({ version, consultation_id: consultationId }).slice(0, -1)},`;
  return Buffer.from(bytes).toString('utf8').startsWith(start) || membersOf(bytes)?.consultation_id === consultationId;
};
