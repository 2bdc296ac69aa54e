import { MalformedNote, UntrustedNote } from '../../domain/errors.ts';
import { type Checkpoint, verifyCheckpoint } from './checkpoint.ts';
import { hashBytes } from './node-hash.ts';
import { decodeBase64, encodeBase64 } from './note/base64.ts';
import type { VerifierKey } from './note/verifier-key.ts';
import { verifyInclusion } from './verify-proofs.ts';

/** A proof that needs nothing but the log's verifier key to be checked (C2SP tlog-proof). */
export interface TlogProof {
  /** The event's position in the log. */
  readonly position: number;
  /** As `inclusionProof` gives them. */
  readonly hashes: readonly Uint8Array[];
  /** The signed checkpoint, verbatim. */
  readonly checkpoint: string;
  /** Anything that the reader may find useful; nothing vouches for it. */
  readonly extra?: Uint8Array;
}

const header = 'c2sp.org/tlog-proof@v1';

export const formatTlogProof = ({ position, hashes, checkpoint, extra }: TlogProof): string => {
  const extraLine = extra ? `extra ${encodeBase64(extra)}\n` : '';
  const hashLines = hashes.map((hash) => `${encodeBase64(hash)}\n`).join('');
  return `${header}\n${extraLine}index ${position}\n${hashLines}\n${checkpoint}`;
};

const malformed = (what: string): MalformedNote => new MalformedNote(`The proof ${what}: it is not a ${header}.`);

const parseHash = (line: string): Uint8Array => {
  const hash = decodeBase64(line);
  if (hash?.length !== hashBytes) throw malformed(`has ${JSON.stringify(line)} where a hash should be`);
  return hash;
};

const parseExtra = (line: string): Uint8Array => {
  const extra = decodeBase64(line.slice('extra '.length));
  if (extra === undefined) throw malformed('has extra data that is not base64');
  return extra;
};

/** @throws MalformedNote when the text is not a proof; its checkpoint is not looked into. */
export const parseTlogProof = (text: string): TlogProof => {
  const end = text.indexOf('\n\n');
  const [first, ...lines] = text.slice(0, Math.max(0, end)).split('\n');
  if (first !== header) throw malformed('does not begin with its header');
  const extra = lines[0]?.startsWith('extra ') ? parseExtra(lines.shift() ?? '') : undefined;
  const position = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')?.[1];
  if (position === undefined || !Number.isSafeInteger(Number(position))) throw malformed('has no index');
  return {
    position: Number(position),
    hashes: lines.map(parseHash),
    checkpoint: text.slice(end + 2),
    ...(extra && { extra }),
  };
};

/**
 * Checks all of a proof: that a trusted key signed the checkpoint, and that the event with this leaf hash is in its tree.
 * @returns the checkpoint that vouches for the event.
 * @throws MalformedNote, UntrustedNote
 */
export const verifyTlogProof = (text: string, leaf: Uint8Array, trusted: readonly VerifierKey[]): Checkpoint => {
  const { position, hashes, checkpoint: note } = parseTlogProof(text);
  const checkpoint = verifyCheckpoint(note, trusted);
  if (!verifyInclusion({ ...checkpoint, position, leaf, proof: hashes })) {
    throw new UntrustedNote(
      `The event is not at position ${position} of the log of ${checkpoint.size} events that the checkpoint signs.`,
    );
  }
  return checkpoint;
};
