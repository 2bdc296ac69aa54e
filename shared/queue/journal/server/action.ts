import type { Journal } from '../port.ts';
import type { Addresses } from './addresses.ts';
import type { Fields } from './fields.ts';

/** What an action works with. */
export interface ActionContext {
  readonly journal: Journal;
  readonly addresses: Addresses;
  /** False when the client asked for no MD5 digests (header `x-fi-digests: none`). */
  readonly digests: boolean;
  /** Fires when nobody waits for the answer any more: the client has gone or the server closes. */
  readonly abandoned: AbortSignal;
  /** Registers what returns the taken messages to the queue, should the answer not be delivered. */
  readonly onUndelivered: (giveBack: () => Promise<unknown>) => void;
}

/** One action of SQS's API. Its answer is sent as JSON. @throws SqsError what the client did wrong. */
export type Action = (request: Fields, context: ActionContext) => object | Promise<object>;
