/** Gives surrogates their place behind all other code units, where UTF-8 has what they stand for. */
const weight = (unit: number): number => {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
};

/** Compares well-formed texts as their bytes in UTF-8 compare; JavaScript's own `<` goes by UTF-16. */
export const compareUtf8 = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [one, other] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (one !== other) return weight(one) - weight(other);
  }
  return left.length - right.length;
};
