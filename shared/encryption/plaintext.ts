import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { limits } from '../domain/limits.ts';

/** What of an event is encrypted. */
export interface Plaintext {
  readonly userId: string | undefined;
  /** JSON text as sent. */
  readonly payload: string;
}

const noUser = 0xffff_ffff;
const lengthBytes = 4;

/** Raw deflate's memory is made and thrown away for each event: a window no larger than the text makes that cheap. */
const smallBytes = 4_096;
const small = { windowBits: 12, memLevel: 5 };

/** An event fits a message, so that whatever inflates to more than several of them is none of ours. */
const inflateOptions = { maxOutputLength: 8 * limits.messageBytes };

/** Length of the user id (a big-endian uint32, 0xFFFFFFFF for none), user id, payload; then raw deflate (RFC 1951). */
export const compress = ({ userId, payload }: Plaintext): Uint8Array => {
  const user = Buffer.from(userId ?? '', 'utf8');
  const length = Buffer.allocUnsafe(lengthBytes);
  length.writeUInt32BE(userId === undefined ? noUser : user.length);
  const text = Buffer.concat([length, user, Buffer.from(payload, 'utf8')]);
  return deflateRawSync(text, text.length <= smallBytes ? small : {});
};

/** @throws Error when the bytes are not what {@link compress} gives. */
export const decompress = (bytes: Uint8Array): Plaintext => {
  const text = inflateRawSync(bytes, inflateOptions);
  const length = text.readUInt32BE(0);
  if (length === noUser) return { userId: undefined, payload: text.toString('utf8', lengthBytes) };
  const payloadAt = lengthBytes + length;
  if (payloadAt > text.length) throw new RangeError('the user id is longer than the text that holds it');
  return { userId: text.toString('utf8', lengthBytes, payloadAt), payload: text.toString('utf8', payloadAt) };
};
