import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeWhole } from '../../../shared/store/files.ts';

/** A file that takes as many bytes of each call as it is told, at least one. */
const fileTaking = (taken: readonly number[]) => {
  const bytes: number[] = [];
  let calls = 0;
  return {
    bytes,
    write: async (piece: Uint8Array, from: number, length: number, at: number) => {
      const bytesWritten = Math.min(length, taken[calls++ % taken.length] ?? 1);
      for (let index = 0; index < bytesWritten; index++) bytes[at + index] = piece[from + index] ?? 0;
      return { bytesWritten };
    },
  };
};

describe('writing the whole of a file', () => {
  it('writes every byte in its place, however little a call takes, in one piece or several', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
        async (pieces, taken) => {
          const whole = Buffer.concat(pieces);
          const [streamed, atOnce] = [fileTaking(taken), fileTaking(taken)];
          await writeWhole(
            streamed,
            (async function* () {
              yield* pieces;
            })(),
          );
          await writeWhole(atOnce, whole);
          expect(Buffer.from(streamed.bytes)).toEqual(whole);
          expect(Buffer.from(atOnce.bytes)).toEqual(whole);
        },
      ),
    );
  });

  it('ends at the first call that fails', async () => {
    const file = fileTaking([2]);
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    const failing = {
      write: (piece: Uint8Array, from: number, length: number, at: number) =>
        at >= 4 ? Promise.reject(full) : file.write(piece, from, length, at),
    };
    await expect(writeWhole(failing, Buffer.from('abcdefgh'))).rejects.toBe(full);
    expect(file.bytes).toHaveLength(4);
  });
});
