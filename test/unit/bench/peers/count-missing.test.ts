import { describe, expect, it } from 'vitest';
import { eventIdOf, newIdPrefix } from '../../../../bench/load/plan.ts';
import { countMissing, idsIn } from '../../../../bench/peers/measure/count-missing.ts';
import { loadRun } from '../fixtures/load-run.ts';

const prefix = newIdPrefix();
const ids = (...numbers: readonly number[]): readonly string[] => numbers.map((number) => eventIdOf(prefix, number));

describe('the count of what a peer has not', () => {
  it('is of what was accepted alone', () => {
    expect(countMissing([loadRun(prefix, 1, 1, 0, 1)], ids(0, 2))).toBe(2);
  });

  it('takes an event that is there twice, was never sent or is of others for nothing more', () => {
    const others = [eventIdOf(newIdPrefix(), 1), '', ...ids(9)];
    expect(countMissing([loadRun(prefix, 1, 1)], [...ids(0, 0), ...others])).toBe(1);
  });

  it('finds ids in lines, in entries of a stream, and in JSON with spaces', () => {
    const [first, second] = ids(1, 2);
    const text = `1-0\nevent_json\n{"event_id":"${first}","payload":{}}\n{"event_id": "${second}"}`;
    expect([...idsIn(text)]).toEqual([first, second]);
  });
});
