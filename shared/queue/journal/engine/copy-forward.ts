import { messageRecordBytes, writeMessage } from '../format/records.ts';
import type { GroupPlacement, Operation } from '../log/group.ts';
import { readBody } from '../log/read-body.ts';
import { placeMessage, type StoredMessage } from '../log/stored-message.ts';
import type { Core } from './core.ts';
import { Message, recordOf } from './message.ts';

/** The copy becomes the message's place once it is durable. */
class CopyOperation implements Operation {
  readonly #message: Message;
  readonly #relativePosition: number;
  readonly #recordBytes: number;
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;

  constructor(
    message: Message,
    relativePosition: number,
    recordBytes: number,
    resolve: () => void,
    reject: (error: Error) => void,
  ) {
    this.#message = message;
    this.#relativePosition = relativePosition;
    this.#recordBytes = recordBytes;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  committed({ segment, offset }: GroupPlacement): void {
    // A delete written behind the copy is no reason to keep it.
    if (this.#message.status !== 'gone') {
      placeMessage(this.#message, segment, offset + this.#relativePosition, this.#recordBytes);
    }
    this.#resolve();
  }

  failed(error: Error): void {
    this.#reject(error);
  }
}

/** A copy written behind a deletion, a purge or a move would undo it at replay. */
const isStaying = (message: Message): boolean =>
  message.status !== 'gone' && message.departures === 0 && message.queue.clearances === 0;

const copy = async (core: Core, message: Message): Promise<boolean> => {
  if (!isStaying(message)) return false;
  const body = message.body ?? (await readBody(message));
  // Reading took a while.
  if (!isStaying(message)) return false;
  const record = recordOf(message);
  const buffer = core.writer.reserve(messageRecordBytes(record, message.bodyBytes));
  const start = buffer.length;
  const { position } = writeMessage(buffer, record, body);
  const recordBytes = buffer.length - start;
  await new Promise<void>((resolve, reject) => {
    core.writer.add(new CopyOperation(message, position, recordBytes, resolve, reject));
  });
  return true;
};

/** Writes messages again at the end of the log; leaves those alone that are being deleted or moved. */
export const copyForward = async (core: Core, stored: readonly StoredMessage[]): Promise<number> => {
  const copies = await Promise.all(stored.map((one) => (one instanceof Message ? copy(core, one) : false)));
  return copies.filter(Boolean).length;
};
