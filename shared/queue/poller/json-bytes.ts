/** Bytes that the UTF-16 code unit takes in JSON text; half of a pair's four for each surrogate. */
const unitBytes = (unit: number): number => {
  if (unit < 0x20) return unit === 8 || unit === 9 || unit === 10 || unit === 12 || unit === 13 ? 2 : 6;
  if (unit < 0x80) return unit === 0x22 || unit === 0x5c ? 2 : 1;
  if (unit < 0x800) return 2;
  return unit >= 0xd800 && unit < 0xe000 ? 2 : 3;
};

/**
 * Bytes of `JSON.stringify(text)` in UTF-8 for well-formed text, without making it: the bodies of a batch are megabytes,
 * and rendering each only to count it costs several times as much.
 */
export const jsonBytes = (text: string): number => {
  let bytes = 2;
  for (let index = 0; index < text.length; index++) bytes += unitBytes(text.charCodeAt(index));
  return bytes;
};
