import { MalformedNote, UntrustedNote } from '../../../domain/errors.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import type { Signer } from './signer.ts';
import { isKeyName, isSignedBy, type KeyId, type VerifierKey } from './verifier-key.ts';

/** Signed notes as C2SP signed-note has them: a text, an empty line, and a line for each signature. */

/** A signature line. */
export interface NoteSignature {
  readonly name: string;
  readonly id: KeyId;
  readonly signature: Uint8Array;
}

export interface Note {
  /** Ends with a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** More signatures than any note of ours has; the format wants at least 16 to be read. */
const mostSignatures = 100;

const linePrefix = '\u2014 ';

const renderSignature = ({ name, id, signature }: NoteSignature): string =>
  `${linePrefix}${name} ${encodeBase64(Buffer.concat([Buffer.from(id, 'hex'), signature]))}\n`;

/** No note holds a control character but the newline, nor half of a surrogate pair. */
const isNoteText = (text: string): boolean =>
  text.isWellFormed() && [...text].every((character) => character >= ' ' || character === '\n');

/**
 * Signs a text.
 * @param text ends with a newline.
 * @throws MalformedNote when it can't be the text of a note.
 */
export const signNote = (text: string, signers: readonly Signer[]): string => {
  if (!(text.endsWith('\n') && isNoteText(text))) {
    throw new MalformedNote('The text of a note ends with a newline and has no control characters.');
  }
  const lines = signers.map(({ verifierKey: { name, id }, sign }) =>
    renderSignature({ name, id, signature: sign(text) }),
  );
  return `${text}\n${lines.join('')}`;
};

const parseSignature = (line: string): NoteSignature => {
  const [name = '', encoded = '', ...rest] = line.slice(linePrefix.length).split(' ');
  const bytes = decodeBase64(encoded);
  if (!(line.startsWith(linePrefix) && isKeyName(name) && rest.length === 0 && bytes && bytes.length > 4)) {
    throw new MalformedNote(`${JSON.stringify(line)} is not the signature line of a note.`);
  }
  return { name, id: Buffer.from(bytes.subarray(0, 4)).toString('hex'), signature: bytes.subarray(4) };
};

/** Takes a note apart without checking a signature. @throws MalformedNote */
export const parseNote = (note: string): Note => {
  const textEnd = note.lastIndexOf('\n\n') + 1;
  const lines = note.slice(textEnd + 1).split('\n');
  if (!(isNoteText(note) && textEnd > 0 && lines.length > 1 && lines.pop() === '')) {
    throw new MalformedNote('A note is a text, an empty line and signature lines, each ended with a newline.');
  }
  if (lines.length > mostSignatures) throw new MalformedNote(`The note has more than ${mostSignatures} signatures.`);
  return { text: note.slice(0, textEnd), signatures: lines.map(parseSignature) };
};

/** A note that somebody who is trusted signed. */
export interface VerifiedNote {
  readonly text: string;
  /** Those of the given keys that signed it; at least one. */
  readonly signedBy: readonly VerifierKey[];
}

/**
 * Checks a note's signatures. Those of unknown keys count for nothing; a wrong one of a known key spoils the note.
 * @throws MalformedNote, or UntrustedNote when none of the keys signed it or one's signature is wrong.
 */
export const openNote = (note: string, trusted: readonly VerifierKey[]): VerifiedNote => {
  const { text, signatures } = parseNote(note);
  const signedBy = trusted.filter((key) => {
    const own = signatures.filter(({ name, id }) => name === key.name && id === key.id);
    if (!own.every(({ signature }) => isSignedBy(key, text, signature))) {
      throw new UntrustedNote(`The signature of ${key.name}+${key.id} is not over this note: it was altered.`);
    }
    return own.length > 0;
  });
  if (signedBy.length === 0) {
    const signers = signatures.map(({ name, id }) => `${name}+${id}`).join(', ');
    throw new UntrustedNote(
      `The note is signed by ${signers} only, which is not trusted here: give its verifier key if it should be.`,
    );
  }
  return { text, signedBy };
};
