/** Standard base64 with its padding (RFC 4648, section 4). */
export const encodeBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Undefined when the text is not base64 as {@link encodeBase64} writes it: one value has one text, or a proof could be altered unseen. */
export const decodeBase64 = (text: string): Uint8Array | undefined => {
  const bytes = Buffer.from(text, 'base64');
  return encodeBase64(bytes) === text ? bytes : undefined;
};
