import type { IncomingMessage } from 'node:http';
import { limits } from '../../../domain/limits.ts';
import { SqsError } from './errors.ts';
import { type Fields, isFields } from './fields.ts';

/**
 * Largest request in bytes. A call of 1 MiB grows sixfold when every character is written as a JSON escape; names and ids
 * take the rest.
 */
const requestBytes = 7 * limits.messageBytes;

const tooLarge = (): SqsError =>
  new SqsError('RequestEntityTooLarge', `A request may have ${requestBytes} bytes.`, { status: 413 });

/**
 * The whole body of a request. Listeners rather than `for await`, which costs a third of the throughput of a small call.
 * @throws SqsError when it is too large; Error when the client went away before its end.
 */
export const readBody = (request: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > requestBytes) {
        request.pause();
        reject(tooLarge());
      } else {
        chunks.push(chunk);
      }
    });
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Error('The client went away in the middle of its request.'));
    });
  });

/** The JSON object in a body; an empty body is an empty object. @throws SqsError when it is no JSON object. */
export const parseBody = (body: Buffer): Fields => {
  let parsed: unknown;
  try {
    parsed = body.length === 0 ? {} : JSON.parse(body.toString());
  } catch (error) {
    throw new SqsError('SerializationException', 'The request is no JSON text.', { cause: error });
  }
  if (!isFields(parsed)) throw new SqsError('SerializationException', 'The request is no JSON object.');
  return parsed;
};
