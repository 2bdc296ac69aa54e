import { handler as persist } from '../../../functions/persist.ts';
import { handler as seal } from '../../../functions/seal.ts';

type SqsEvent = Parameters<typeof persist>[0];

const isSqsEvent = (event: unknown): event is SqsEvent =>
  typeof event === 'object' && event !== null && 'Records' in event;

/** The functions that write parts, in one thread: HDF5 and V8 take their 65 MB once. Sealing lets batches in between its steps. */
export const handler = (event: unknown): Promise<unknown> => (isSqsEvent(event) ? persist(event) : seal(event));
