import { crc32 } from 'node:zlib';
import { JournalDamaged } from '../errors.ts';
import type { StoredMessage } from './stored-message.ts';

/** Reads a message's body back. @throws JournalDamaged when it is not what was written. */
export const readBody = async (message: StoredMessage): Promise<string> => {
  const { segment, bodyPosition } = message;
  if (segment === undefined) throw new Error('The message is gone.');
  const bytes = Buffer.allocUnsafe(message.bodyBytes);
  segment.readers++;
  try {
    const count = await segment.file.read(bytes, bodyPosition);
    if (count < bytes.length || crc32(bytes) !== message.bodyCrc) {
      throw new JournalDamaged(
        segment.file.path,
        bodyPosition,
        'the body of a message has other bytes than were written',
      );
    }
    return bytes.toString('utf8');
  } finally {
    segment.readers--;
  }
};
