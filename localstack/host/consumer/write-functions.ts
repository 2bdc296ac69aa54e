import { handler as persist } from '../../../functions/persist.ts';
import { handler as retain } from '../../../functions/retain.ts';
import { handler as seal } from '../../../functions/seal.ts';
import { isRetainRequest } from './retain-request.ts';

type SqsEvent = Parameters<typeof persist>[0];

const isSqsEvent = (event: unknown): event is SqsEvent =>
  typeof event === 'object' && event !== null && 'Records' in event;

/** The functions that write parts, in one thread: HDF5 and V8 take their 65 MB once. Sealing and retention let batches in between their steps. */
export const handler = (event: unknown): Promise<unknown> => {
  if (isSqsEvent(event)) return persist(event);
  return isRetainRequest(event) ? retain(event) : seal(event);
};
