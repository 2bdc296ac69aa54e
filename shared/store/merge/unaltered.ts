import { createHash } from 'node:crypto';
import { PartDamaged } from '../../domain/errors.ts';
import type { CommittedPart } from '../commits/format.ts';
import type { RangeFile } from '../files.ts';

const readBytes = 256 * 1024;

/**
 * Holds a part against its commit before it is merged: what somebody altered must not get a new commit's word for it.
 * @throws PartDamaged naming the part, or the system's error.
 */
export const requireUnaltered = async (file: RangeFile, { path, bytes, sha256 }: CommittedPart): Promise<void> => {
  const hash = createHash('sha256');
  let length = 0;
  for (let piece = await file.read(0, readBytes); piece.length > 0; piece = await file.read(length, readBytes)) {
    hash.update(piece);
    length += piece.length;
  }
  if (length !== bytes || hash.digest('hex') !== sha256) {
    throw new PartDamaged(path, 'its bytes are not those that its commit names');
  }
};
