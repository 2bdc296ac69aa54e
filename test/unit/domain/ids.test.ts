import { describe, expect, it } from 'vitest';
import { createUuidV7Source, formatUuid, parseUuid } from '../../../shared/domain/ids.ts';

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('createUuidV7Source', () => {
  it('writes the milliseconds, the version and the variant of RFC 9562', () => {
    const next = createUuidV7Source(() => Date.UTC(2026, 10, 23, 10, 11, 12, 345));
    const id = next();
    expect(id).toMatch(uuidV7);
    expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(Date.UTC(2026, 10, 23, 10, 11, 12, 345));
  });

  it('ascends strictly within a millisecond, past its counter, and when the clock steps back', () => {
    let nowMs = 1_800_000_000_000;
    const next = createUuidV7Source(() => nowMs);
    const ids = Array.from({ length: 10_000 }, next);
    nowMs -= 60_000;
    ids.push(...Array.from({ length: 10_000 }, next));
    expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? ''))).toBe(true);
    expect(ids.every((id) => uuidV7.test(id))).toBe(true);
  });

  it('takes its randomness from the given source', () => {
    const fill = (target: Uint8Array): void => void target.fill(0xff);
    expect(createUuidV7Source(() => 1, fill)()).toBe('00000000-0001-77ff-bfff-ffffffffffff');
  });
});

describe('parseUuid', () => {
  it('is the inverse of formatUuid, in either case', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, index) => index * 16 + index);
    const text = formatUuid(bytes);
    for (const given of [text, text.toUpperCase()]) {
      const parsed = new Uint8Array(20);
      parseUuid(given, parsed, 2);
      expect([...parsed.subarray(2, 18)]).toEqual([...bytes]);
    }
  });
});
