/**
 * How a payload looks that is stored encrypted: `"encrypted:1:<tag>.<ciphertext>"`, both base64url without padding. It is JSON text of a
 * string, and what a client sends is always an object: neither can be taken for the other, by us or by whoever parses a part's payloads.
 * docs/KEY_STORE.md has the format and its test vectors.
 */
export const encryptedMark = '"encrypted:1:';

/** 16 bytes of base64url. */
const tagCharacters = 22;

/** Up to here an encrypted payload decides whether a repeat of the event is the same: mark and tag. */
export const encryptedContentLength = encryptedMark.length + tagCharacters;

const form = new RegExp(`^${encryptedMark}([\\w-]{${tagCharacters}})\\.([\\w-]{22,})"$`);

/** Whether a payload is stored encrypted. */
export const isEncrypted = (payload: string): boolean => payload.startsWith(encryptedMark);

/** What an encrypted payload is made of. */
export interface EncryptedPayload {
  /** 16 bytes that follow from the event as it was sent and the consultation's key alone, and so are the same for each repeat. */
  readonly tag: Uint8Array;
  /** AES-SIV's synthetic IV, then as many bytes as the compressed text has. */
  readonly ciphertext: Uint8Array;
}

const base64url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');

export const renderEncrypted = ({ tag, ciphertext }: EncryptedPayload): string =>
  `${encryptedMark}${base64url(tag)}.${base64url(ciphertext)}"`;

/** @returns undefined when the payload is not written as encrypted ones are. */
export const parseEncrypted = (payload: string): EncryptedPayload | undefined => {
  const [, tag, ciphertext] = form.exec(payload) ?? [];
  if (tag === undefined || ciphertext === undefined) return undefined;
  return { tag: Buffer.from(tag, 'base64url'), ciphertext: Buffer.from(ciphertext, 'base64url') };
};

/**
 * The part of a stored payload that its content hash covers: all of it, or of an encrypted one mark and tag. The tag stands for the text as
 * sent; the ciphertext may differ from one zlib to another, and a repeat must be the same all the same.
 */
export const contentOf = (payload: string): string =>
  isEncrypted(payload) ? payload.slice(0, encryptedContentLength) : payload;
