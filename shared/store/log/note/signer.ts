import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { MalformedNote } from '../../../domain/errors.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { createVerifierKey, ed25519Type, type VerifierKey } from './verifier-key.ts';

/** Signs notes for a log. */
export interface Signer {
  readonly verifierKey: VerifierKey;
  /** 64 bytes over the text's UTF-8 (RFC 8032); the same text has the same signature. */
  sign(text: string): Uint8Array;
}

/** What stands before the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410, section 7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

const keyOfSeed = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });

const publicKeyOf = (privateKey: KeyObject): Uint8Array => {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (x === undefined) throw new Error('an Ed25519 public key has an x');
  return Buffer.from(x, 'base64url');
};

const signerOf = (name: string, seed: Uint8Array): Signer => {
  const privateKey = keyOfSeed(seed);
  return {
    verifierKey: createVerifierKey(name, publicKeyOf(privateKey)),
    sign: (text) => sign(null, Buffer.from(text), privateKey),
  };
};

/**
 * The text of a new signing key, `PRIVATE+KEY+<name>+<id>+<base64>`: the form that Go's sumdb/note reads and writes, and with it the tools of
 * other logs. It is a secret.
 * @throws MalformedNote when the name can't be a key's.
 */
export const generateSigningKey = (name: string, seed: Uint8Array = randomBytes(32)): string => {
  const { id } = signerOf(name, seed).verifierKey;
  return `PRIVATE+KEY+${name}+${id}+${encodeBase64(Uint8Array.of(ed25519Type, ...seed))}`;
};

const signingKeyForm = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(.+)$/;

/** @throws MalformedNote when the text is not a signing key; it never repeats the text, which may be one nearly. */
export const openSigner = (signingKey: string): Signer => {
  const [, name = '', id, encoded = ''] = signingKeyForm.exec(signingKey) ?? [];
  const [type, ...seed] = decodeBase64(encoded) ?? [];
  if (type !== ed25519Type || seed.length !== 32) {
    throw new MalformedNote('This is not an Ed25519 signing key, PRIVATE+KEY+NAME+ID+KEY.');
  }
  const signer = signerOf(name, Uint8Array.from(seed));
  if (signer.verifierKey.id !== id)
    throw new MalformedNote('The signing key has the id of another key: it was altered.');
  return signer;
};
