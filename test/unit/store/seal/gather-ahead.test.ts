import { describe, expect, it } from 'vitest';
import { GatherAhead } from '../../../../shared/store/seal/gather-ahead.ts';
import type { WaitingPart } from '../../../../shared/store/seal/waiting-part.ts';

/** Nothing but the names counts here. */
const partsOf = (names: readonly string[]): readonly WaitingPart[] => names.map((path) => ({ path }) as WaitingPart);

/** Gathers two parts at a time, and notes what it was asked for. */
const gatheringPairs = (failures = 0) => {
  const asked: string[][] = [];
  let failing = failures;
  const ahead = new GatherAhead(async (waiting) => {
    asked.push([...waiting]);
    if (asked.length > 1 && failing-- > 0) throw new Error('the share is away');
    return partsOf(waiting.slice(0, 2));
  });
  return { ahead, asked };
};

describe('gathering a batch while the one before it is sealed', () => {
  it('begins with the next batch at once, and gives that when it is asked for', async () => {
    const { ahead, asked } = gatheringPairs();
    expect(await ahead.next(['a', 'b', 'c', 'd', 'e'])).toEqual(partsOf(['a', 'b']));
    expect(asked).toEqual([
      ['a', 'b', 'c', 'd', 'e'],
      ['c', 'd', 'e'],
    ]);
    expect(await ahead.next(['c', 'd', 'e'])).toEqual(partsOf(['c', 'd']));
    expect(asked.slice(2)).toEqual([['e']]);
    expect(await ahead.next(['e', 'f'])).toEqual(partsOf(['e']));
  });

  it('reads nothing ahead when a batch took all', async () => {
    const { ahead, asked } = gatheringPairs();
    await ahead.next(['a', 'b']);
    expect(asked).toEqual([['a', 'b']]);
  });

  it('gathers anew when another sealer took one of the parts that were read', async () => {
    const { ahead } = gatheringPairs();
    await ahead.next(['a', 'b', 'c', 'd', 'e']);
    expect(await ahead.next(['d', 'e'])).toEqual(partsOf(['d', 'e']));
  });

  it('tries again what failed ahead of its time, and fails only for who asks', async () => {
    const once = gatheringPairs(1);
    await once.ahead.next(['a', 'b', 'c']);
    expect(await once.ahead.next(['c'])).toEqual(partsOf(['c']));
    const twice = gatheringPairs(2);
    await twice.ahead.next(['a', 'b', 'c']);
    await expect(twice.ahead.next(['c'])).rejects.toThrow('the share is away');
  });

  it('lets go of what was read when nothing is due', async () => {
    const { ahead, asked } = gatheringPairs();
    await ahead.next(['a', 'b', 'c']);
    ahead.drop();
    await ahead.next(['c']);
    expect(asked).toEqual([['a', 'b', 'c'], ['c'], ['c']]);
  });
});
