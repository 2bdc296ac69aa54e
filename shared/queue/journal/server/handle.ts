import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../../telemetry/log.ts';
import { isLoopback } from '../../sqs/loopback.ts';
import type { Journal } from '../port.ts';
import type { Action } from './action.ts';
import { actions } from './actions.ts';
import type { Addresses } from './addresses.ts';
import { answer, answerError, asSqsError } from './answer.ts';
import { parseBody, readBody } from './body.ts';
import { SqsError } from './errors.ts';

export interface Served {
  readonly journal: Journal;
  readonly addresses: Addresses;
  readonly logger: Logger;
  /** The answers that are owed, each with what ends its long poll early; the server looks at them when it closes. */
  readonly running: Map<ServerResponse, AbortController>;
}

const targetPrefix = 'AmazonSQS.';

/** Host names that lead here; anything else is a page in a browser that had its own name resolve to the loopback. */
const isOwnHost = (host: string | undefined): boolean => isLoopback((host ?? '').replace(/:\d+$/, ''));

/**
 * The action that a request asks for. `X-Amz-Target` is no header that a page in a browser may send elsewhere without asking first
 * (CORS), and nothing here ever allows it: so no web site can reach the queue.
 * @throws SqsError when the request is no call of SQS's JSON protocol.
 */
const requestedAction = (request: IncomingMessage): Action => {
  if (!isOwnHost(request.headers.host)) {
    throw new SqsError('AccessDenied', 'The embedded queue answers on the loopback only.', { status: 403 });
  }
  if (request.method !== 'POST') throw new SqsError('InvalidAction', 'Only POST is allowed.', { status: 405 });
  const target = request.headers['x-amz-target'];
  if (typeof target !== 'string' || !target.startsWith(targetPrefix)) {
    throw new SqsError('MissingAction', "Only SQS's AWS JSON protocol is spoken: the X-Amz-Target header is missing.");
  }
  const name = target.slice(targetPrefix.length);
  const action = actions.get(name);
  if (action === undefined) throw new SqsError('InvalidAction', `The action ${name} is not valid for this endpoint.`);
  return action;
};

/** One request from its head to its answer; never rejects. */
export const handle = async (
  request: IncomingMessage,
  response: ServerResponse,
  { journal, addresses, logger, running }: Served,
): Promise<void> => {
  const abandoned = new AbortController();
  running.set(response, abandoned);
  let giveBack: (() => Promise<unknown>) | undefined;
  let undelivered = false;

  const returnMessages = (): void => {
    giveBack?.().catch((error: unknown) => logger.warn('Messages of a client that left stay hidden.', { error }));
  };
  response.on('close', () => {
    running.delete(response);
    if (response.writableFinished) return;
    undelivered = true;
    abandoned.abort();
    returnMessages();
  });

  try {
    const action = requestedAction(request);
    const result = await action(parseBody(await readBody(request)), {
      journal,
      addresses,
      digests: request.headers['x-fi-digests'] !== 'none',
      abandoned: abandoned.signal,
      onUndelivered: (callback) => {
        giveBack = callback;
        // The client left while its messages were being taken, and `close` is over.
        if (undelivered) returnMessages();
      },
    });
    answer(response, result);
  } catch (error) {
    // Nobody is left to be told; what the journal itself has to complain of, it logs.
    if (undelivered || request.socket.destroyed) return;
    const sqsError = asSqsError(error);
    if (!sqsError.senderFault) logger.error('A call to the embedded queue failed.', { error });
    answerError(response, sqsError);
  }
};
