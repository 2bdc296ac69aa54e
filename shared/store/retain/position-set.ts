import { windowPositions } from '../part/sealed/layout.ts';

/** Bytes of one window's bits. */
export const windowBytes = windowPositions / 8;

const onesIn = Uint8Array.from({ length: 256 }, (_, byte) => [...byte.toString(2)].filter((bit) => bit === '1').length);

/** How many bits are set. */
export const countBits = (bits: Uint8Array): number => bits.reduce((sum, byte) => sum + (onesIn[byte] ?? 0), 0);

/** Whether the bit of an index is set: the lowest bit of the first byte is that of index 0. */
export const hasBit = (bits: Uint8Array, index: number): boolean =>
  (((bits[index >>> 3] ?? 0) >>> (index & 7)) & 1) === 1;

/** Positions of the log: a bit each, in windows of 65,536 positions, of which those without any take nothing. */
export class PositionSet {
  readonly #windows = new Map<number, Uint8Array>();

  add(position: number): void {
    const number = Math.floor(position / windowPositions);
    const bits = this.#windows.get(number) ?? new Uint8Array(windowBytes);
    const index = position - number * windowPositions;
    bits[index >>> 3] = (bits[index >>> 3] ?? 0) | (1 << (index & 7));
    this.#windows.set(number, bits);
  }

  /** Sets a window's bits at once; one of them at least. */
  setWindow(number: number, bits: Uint8Array): void {
    this.#windows.set(number, bits);
  }

  has(position: number): boolean {
    const number = Math.floor(position / windowPositions);
    const bits = this.#windows.get(number);
    return bits !== undefined && hasBit(bits, position - number * windowPositions);
  }

  /** The bits of a window; undefined when it has none. */
  window(number: number): Uint8Array | undefined {
    return this.#windows.get(number);
  }

  /** The windows that have any, in ascending order. */
  windows(): readonly (readonly [number: number, bits: Uint8Array])[] {
    return [...this.#windows].sort(([left], [right]) => left - right);
  }

  /** How many positions there are. */
  get size(): number {
    return [...this.#windows.values()].reduce((sum, bits) => sum + countBits(bits), 0);
  }

  /** The lowest and the highest position; undefined without any. */
  ends(): { readonly first: number; readonly last: number } | undefined {
    const windows = this.windows();
    const [lowest, highest] = [windows.at(0), windows.at(-1)];
    if (lowest === undefined || highest === undefined) return undefined;
    const firstByte = lowest[1].findIndex((byte) => byte !== 0);
    const lastByte = highest[1].findLastIndex((byte) => byte !== 0);
    const ones = lowest[1][firstByte] ?? 0;
    return {
      first: lowest[0] * windowPositions + firstByte * 8 + (31 - Math.clz32(ones & -ones)),
      last: highest[0] * windowPositions + lastByte * 8 + (31 - Math.clz32(highest[1][lastByte] ?? 0)),
    };
  }
}
