import { hash } from 'node:crypto';
import type { MessageAttributes } from '../../port.ts';
import { isBinary, parseKey } from '../../sqs/attributes.ts';

/** MD5 of a body, as SQS answers it: of its UTF-8 bytes, in hex. A checksum for clients, nothing rests on it here. */
export const digestOfBody = (body: string): string => hash('md5', body);

const lengthPrefixed = (bytes: Buffer): readonly Buffer[] => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
};

const textTransport = Buffer.from([1]);
const binaryTransport = Buffer.from([2]);

/**
 * MD5 of the attributes as the SQS developer guide computes it: sorted by name; for each the name, the data type and the value
 * with their lengths, and one byte for how the value travels. Undefined when there are none.
 */
export const digestOfAttributes = (attributes: MessageAttributes): string | undefined => {
  const sorted = Object.entries(attributes)
    .map(([key, value]) => ({ ...parseKey(key), value }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  if (sorted.length === 0) return undefined;
  const parts = sorted.flatMap(({ name, dataType, value }) => [
    ...lengthPrefixed(Buffer.from(name)),
    ...lengthPrefixed(Buffer.from(dataType)),
    isBinary(dataType) ? binaryTransport : textTransport,
    ...lengthPrefixed(Buffer.from(value, isBinary(dataType) ? 'base64' : 'utf8')),
  ]);
  return hash('md5', Buffer.concat(parts));
};
