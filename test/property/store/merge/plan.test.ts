import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommittedPart } from '../../../../shared/store/commits/format.ts';
import { growth, type MergeLimits, planPartMerges } from '../../../../shared/store/merge/plan.ts';

const limits: MergeLimits = { inputs: 100, events: 131_072, bytes: 64 * 1024 * 1024 };
const bytesAnEvent = 100;
const fullEvents = limits.events * 0.75;

/** A part as a plan sees it, and how often its most written event was written. */
interface Part extends CommittedPart {
  readonly writes: number;
}

let names = 0;

const partOf = (first: number, count: number, more: Partial<Part> = {}): Part => ({
  path: `parts/clinical/2026-11-23/${++names}.h5`,
  bytes: count * bytesAnEvent,
  sha256: '',
  level: 1,
  segment: 'clinical',
  day: '2026-11-23',
  count,
  base_position: first,
  first_position: first,
  last_position: first + count - 1,
  writes: 1,
  ...more,
});

const isWith = (parts: readonly CommittedPart[]): parts is readonly Part[] => parts.every((part) => 'writes' in part);

/** What the parts are after a merge; a mistake of the plan throws. */
const merged = (parts: readonly Part[], plan: readonly CommittedPart[]): readonly Part[] => {
  if (!isWith(plan)) throw new Error('a part that is not there');
  const [first, last] = [plan[0], plan.at(-1)];
  if (!first || !last) throw new Error('an empty merge');
  const count = plan.reduce((sum, part) => sum + part.count, 0);
  const output = {
    ...partOf(first.first_position, count, { segment: first.segment, day: first.day }),
    level: 1 + Math.max(...plan.map(({ level }) => level)),
    last_position: last.last_position,
    writes: 1 + Math.max(...plan.map(({ writes }) => writes)),
  };
  return [...parts.filter((part) => !plan.includes(part)), output];
};

/** Merges until nothing is planned. @returns the parts, and how many events were written */
const mergeAll = (parts: readonly Part[], isOver = false) => {
  let [now, written] = [parts, 0];
  for (;;) {
    const [plan] = planPartMerges(now, limits, () => isOver);
    if (plan === undefined) return { parts: now, written };
    written += plan.reduce((sum, { count }) => sum + count, 0);
    now = merged(now, plan);
  }
};

/** Seals parts of these sizes one after another, merging in between. */
const seal = (counts: readonly number[]) => {
  let parts: readonly Part[] = [];
  let [position, written, most] = [0, 0, 0];
  for (const count of counts) {
    const after = mergeAll([...parts, partOf(position, count)]);
    parts = after.parts;
    position += count;
    written += count + after.written;
    most = Math.max(most, parts.length);
  }
  return { parts, written, events: position, most };
};

const counts = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 30_000 })), {
  minLength: 1,
  maxLength: 150,
  size: 'max',
});

const anyPart = fc.record({
  segment: fc.constantFrom('audio', 'clinical'),
  day: fc.constantFrom('2026-11-22', '2026-11-23'),
  count: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 150_000 })),
  bytesAnEvent: fc.constantFrom(10, 100, 20_000),
  gap: fc.oneof(fc.constant(0), fc.constant(70_000), fc.constant(2 ** 31)),
});

const anyParts = fc.array(anyPart, { maxLength: 250, size: 'max' }).map((members) => {
  let position = 0;
  return members.map(({ segment, day, count, bytesAnEvent: each, gap }) => {
    const part = partOf(position + gap, count, { segment, day, bytes: count * each });
    position = part.last_position + 1;
    return part;
  });
});

describe('a plan of merges', () => {
  it('takes neighbours of one segment and day, within the limits, each part once', () => {
    fc.assert(
      fc.property(anyParts, fc.boolean(), (parts, isOver) => {
        const plans = planPartMerges(parts, limits, () => isOver);
        expect(new Set(plans.flat()).size).toBe(plans.flat().length);
        for (const plan of plans) {
          const [first, last] = [plan[0], plan.at(-1)];
          if (!first || !last) throw new Error('an empty merge');
          expect(plan.length).toBeGreaterThan(1);
          expect(plan.length).toBeLessThanOrEqual(limits.inputs);
          expect(plan.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(limits.events);
          expect(plan.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(limits.bytes);
          expect(last.last_position - Math.floor(first.first_position / 65_536) * 65_536).toBeLessThan(2 ** 32);
          const between = parts.filter(
            ({ segment, day, first_position: at }) =>
              segment === first.segment && day === first.day && at >= first.first_position && at <= last.first_position,
          );
          expect(plan).toEqual(between);
        }
      }),
    );
  });

  it('is the same whatever order the parts are listed in', () => {
    fc.assert(
      fc.property(anyParts, fc.boolean(), (parts, isOver) => {
        const plans = (listed: readonly Part[]) =>
          planPartMerges(listed, limits, () => isOver)
            .map((plan) => plan.map(({ path }) => path).join())
            .sort();
        expect(plans(parts.toReversed())).toEqual(plans(parts));
      }),
    );
  });

  it('ends, and while a day gets events, each is written as often as its part grew by the factor, and twice more', () => {
    fc.assert(
      fc.property(counts, (sizes) => {
        const { parts, written, events } = seal(sizes);
        const least = Math.min(...sizes);
        const most = 2 + Math.max(0, Math.log(fullEvents / least) / Math.log(growth));
        for (const { writes } of parts) expect(writes).toBeLessThanOrEqual(most);
        expect(written / events).toBeLessThanOrEqual(most);
      }),
      { numRuns: 40 },
    );
  });

  it('leaves no small neighbours of a day that is over', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const { parts: left } = mergeAll(parts, true);
        for (const group of Map.groupBy(left, ({ segment, day }) => `${segment}/${day}`).values()) {
          const inOrder = group.toSorted((one, other) => one.first_position - other.first_position);
          for (const [index, part] of inOrder.entries()) {
            const next = inOrder[index + 1];
            if (!next) break;
            const both = { count: part.count + next.count, bytes: part.bytes + next.bytes };
            const isOneFull = [part, next].some(
              ({ count, bytes }) => count >= fullEvents || bytes >= limits.bytes * 0.75,
            );
            const span = next.last_position - Math.floor(part.first_position / 65_536) * 65_536;
            expect(isOneFull || both.count > limits.events || both.bytes > limits.bytes || span >= 2 ** 32).toBe(true);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps a day of small seals to some tens of parts', () => {
    const { parts, written, events, most } = seal(new Array(8_640).fill(10));
    expect(most).toBeLessThanOrEqual((growth - 1) * Math.ceil(Math.log(fullEvents / 10) / Math.log(growth)) + 1);
    expect(written / events).toBeLessThanOrEqual(7);
    expect(mergeAll(parts, true).parts).toHaveLength(1);
  });

  it('writes parts of a full batch once more, and then never', () => {
    const { parts, written, events } = seal(new Array(100).fill(10_000));
    expect(written / events).toBeLessThanOrEqual(2);
    expect(parts.length).toBeLessThanOrEqual(events / fullEvents + 10);
  });

  it('takes what saves a part for the fewest events first', () => {
    const small = Array.from({ length: 9 }, (_, index) => partOf(1_000_000 + index * 10, 10, { segment: 'audio' }));
    const large = Array.from({ length: 9 }, (_, index) => partOf(index * 1_000, 1_000));
    const [first] = planPartMerges([...large, ...small], limits, () => false);
    expect(first?.[0]?.segment).toBe('audio');
  });
});
