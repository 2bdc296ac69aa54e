import { MalformedNote, UntrustedNote } from '../../domain/errors.ts';
import { hashBytes } from './node-hash.ts';
import { decodeBase64, encodeBase64 } from './note/base64.ts';
import { openNote, parseNote, signNote } from './note/note.ts';
import type { Signer } from './note/signer.ts';
import type { VerifierKey } from './note/verifier-key.ts';
import { type RightEdge, rootOf } from './right-edge.ts';

/** The head of a log at one size (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** The log's name, and its key's. */
  readonly origin: string;
  /** Events in the log. */
  readonly size: number;
  /** The Merkle tree hash of RFC 6962 over their leaf hashes. */
  readonly root: Uint8Array;
}

/** The text that is signed: origin, size and root, a line each. */
export const formatCheckpoint = (origin: string, edge: RightEdge): string =>
  `${origin}\n${edge.size}\n${encodeBase64(rootOf(edge))}\n`;

const sizeForm = /^(0|[1-9]\d{0,15})$/;

/**
 * Reads the text of a checkpoint. Further lines are allowed, and mean nothing to us.
 * @throws MalformedNote
 */
export const parseCheckpoint = (text: string): Checkpoint => {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  const rootBytes = decodeBase64(root);
  const wellFormed =
    origin !== '' &&
    sizeForm.test(size) &&
    Number.isSafeInteger(Number(size)) &&
    rootBytes?.length === hashBytes &&
    rest.pop() === '' &&
    !rest.includes('');
  if (!(wellFormed && rootBytes)) {
    throw new MalformedNote(
      'A checkpoint is an origin, a size and the base64 of a root hash, each on a line of its own.',
    );
  }
  return { origin, size: Number(size), root: rootBytes };
};

/** The signed checkpoint of a tree, under the name of the signer's key. */
export const signCheckpoint = (signer: Signer, edge: RightEdge): string =>
  signNote(formatCheckpoint(signer.verifierKey.name, edge), [signer]);

/**
 * What a signed checkpoint says, once it is certain that one of the given keys signed it in its own log's name.
 * @throws MalformedNote, UntrustedNote
 */
export const verifyCheckpoint = (note: string, trusted: readonly VerifierKey[]): Checkpoint => {
  const { text, signedBy } = openNote(note, trusted);
  const checkpoint = parseCheckpoint(text);
  if (!signedBy.some(({ name }) => name === checkpoint.origin)) {
    throw new UntrustedNote(`The checkpoint is of ${checkpoint.origin}, and not signed by its key.`);
  }
  return checkpoint;
};

/** What a signed checkpoint says, believed without a look at its signatures. @throws MalformedNote */
export const readCheckpoint = (note: string): Checkpoint => parseCheckpoint(parseNote(note).text);
