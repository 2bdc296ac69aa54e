import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { MalformedNote } from '../../../domain/errors.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';

/** Names a key in notes: the first four bytes of a hash, as eight hexadecimal digits. */
export type KeyId = string;

/** What it takes to tell that a log signed a note. */
export interface VerifierKey {
  /** Of the log; its origin. */
  readonly name: string;
  readonly id: KeyId;
  /** 32 bytes (RFC 8032). */
  readonly publicKey: Uint8Array;
}

/** The signature type of plain Ed25519 (C2SP signed-note, "Signature types"). */
export const ed25519Type = 0x01;

/** A name is not empty and has neither spaces nor a plus (C2SP signed-note, "Format"), nor what would break its line. */
export const isKeyName = (name: string): boolean =>
  name !== '' && name.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(name);

/** `SHA-256(name || 0x0A || 0x01 || public key)[:4]` (C2SP signed-note, "Ed25519 signatures"). */
const keyId = (name: string, publicKey: Uint8Array): KeyId =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Uint8Array.of(ed25519Type), publicKey])).slice(0, 8);

/** @throws MalformedNote when the name can't be a key's. */
export const createVerifierKey = (name: string, publicKey: Uint8Array): VerifierKey => {
  if (!isKeyName(name)) {
    throw new MalformedNote(
      `${JSON.stringify(name)} can't name a log: it must not be empty, nor have spaces or a plus.`,
    );
  }
  return { name, id: keyId(name, publicKey), publicKey };
};

/** The text form, `<name>+<id>+<base64>` (C2SP signed-note, "Verifier keys"). It is no secret. */
export const formatVerifierKey = ({ name, id, publicKey }: VerifierKey): string =>
  `${name}+${id}+${encodeBase64(Uint8Array.of(ed25519Type, ...publicKey))}`;

const verifierKeyForm = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/;

/** @throws MalformedNote when the text is not a verifier key for Ed25519, or its id is not that of its name and key. */
export const parseVerifierKey = (text: string): VerifierKey => {
  const [, name = '', id, encoded = ''] = verifierKeyForm.exec(text) ?? [];
  const [type, ...publicKey] = decodeBase64(encoded) ?? [];
  if (type !== ed25519Type || publicKey.length !== 32) {
    throw new MalformedNote(
      `${JSON.stringify(text)} is not an Ed25519 verifier key, NAME+ID+KEY: "fi log key" prints the one of a log.`,
    );
  }
  const key = createVerifierKey(name, Uint8Array.from(publicKey));
  if (key.id !== id) throw new MalformedNote(`${JSON.stringify(text)} has the id of another key: copy it anew.`);
  return key;
};

const keyObject = (publicKey: Uint8Array): KeyObject =>
  createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
  });

/** Whether the key made this signature over the text. */
export const isSignedBy = (key: VerifierKey, text: string, signature: Uint8Array): boolean =>
  verify(null, Buffer.from(text), keyObject(key.publicKey), signature);
