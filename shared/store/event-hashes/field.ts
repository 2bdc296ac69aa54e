import { Buffer } from 'node:buffer';

/** Marks an absent optional member; no member can be this long. */
const absentLength = 0xffff_ffff;

/** Names kept for the next look: most of a part's events share a few types and users, and their consultations come together. */
const mostKept = 4_096;

/** A field as hashes have it: its length in UTF-8 as a big-endian u32, then its bytes; the length 0xFFFFFFFF alone where it is absent. */
export const encodeField = (text: string | undefined): Uint8Array => {
  const length = text === undefined ? 0 : Buffer.byteLength(text);
  const field = Buffer.alloc(4 + length);
  field.writeUInt32BE(text === undefined ? absentLength : length);
  if (text !== undefined) field.write(text, 4, 'utf8');
  return field;
};

export const absentField = encodeField(undefined);

/** Encodes texts that come again and again, each once. */
export class FieldCache {
  #fields = new Map<string, Uint8Array>();

  get(text: string): Uint8Array {
    const known = this.#fields.get(text);
    if (known) return known;
    if (this.#fields.size >= mostKept) this.#fields = new Map();
    const field = encodeField(text);
    this.#fields.set(text, field);
    return field;
  }
}
