import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { LetterPiece } from '../../domain/letter.ts';
import { decodeLetter } from '../../queue/letters/decode.ts';
import { letterText } from '../../queue/letters/encode.ts';
import { type FilePublishing, nodeStoreFiles } from '../files.ts';
import { DurableFolders } from '../folders.ts';
import { publish } from '../publish.ts';
import { letterFile } from './names.ts';
import type { LetterPublisher } from './port.ts';

const utf8 = new TextDecoder();

/** The same letter, although another delivery brought it at another time or explained it in other words. */
const isSamePiece = (left: LetterPiece, found: Uint8Array): boolean => {
  const right = decodeLetter(utf8.decode(found))?.letter;
  return (
    right !== undefined &&
    left.letterId === right.letterId &&
    left.fragment?.number === right.fragment?.number &&
    left.fragment?.of === right.fragment?.of &&
    left.record === right.record
  );
};

/** Publishes letters into the store's `quarantine/letters/`, under names that their content gives. */
export const createLetterPublisher = (
  store: string,
  files: FilePublishing = nodeStoreFiles,
  uniqueName: () => string = randomUUID,
): LetterPublisher => {
  const folders = new DurableFolders(files, path.resolve(store));
  return {
    publish: async (piece, quarantinedAt) => {
      const target = letterFile(piece);
      const isSame = (found: Uint8Array): boolean => isSamePiece(piece, found);
      const bytes = Buffer.from(`${letterText(piece, quarantinedAt)}\n`);
      try {
        await publish(files, { store, temporaryName: `letter-${uniqueName()}`, target, bytes, isSame }, folders);
        return true;
      } catch (error) {
        const found = await files.read(path.join(store, target)).catch(() => undefined);
        if (found === undefined || isSame(found)) throw error;
        return false;
      }
    },
  };
};
