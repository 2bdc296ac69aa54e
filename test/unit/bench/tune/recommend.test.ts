import { describe, expect, it } from 'vitest';
import { parseGoal } from '../../../../bench/tune/goal/parse-goal.ts';
import { explainLimits } from '../../../../bench/tune/report/explain-limits.ts';
import { recommend } from '../../../../bench/tune/search/recommend.ts';
import { outliersOf, summariseTrials, trimmedMedians } from '../../../../bench/tune/search/summarise.ts';
import { configuration, measured, request, summary, trial } from './fixtures.ts';

const goal = parseGoal('p95<250ms,cost');

describe('what repeats come to', () => {
  it('is the median of each metric, without values far off the others', () => {
    expect(outliersOf([100, 101, 99, 102, 400])).toEqual([400]);
    expect(outliersOf([100, 101, 400])).toEqual([]);
    expect(outliersOf([5, 5, 5, 5, 6])).toEqual([]);
    expect(trimmedMedians([100, 101, 99, 102, 400].map((p95) => ({ p95 })))).toEqual({ p95: 100.5 });
  });

  it('takes the quiet attempt of a repeat that was disturbed, and marks one that stayed so', () => {
    const [summarised] = summariseTrials([
      trial(request(), measured({ p95: 900 }), ['busy']),
      trial(request({ attempt: 2 }), measured({ p95: 100 })),
      trial(request({ repeat: 2 }), measured({ p95: 300 }), ['busy']),
      trial(request({ repeat: 2, attempt: 2 }), measured({ p95: 200 }), ['busy']),
    ]);
    expect(summarised).toMatchObject({ samples: [{ p95: 100 }, { p95: 200 }], repeats: 2, noisy: 1 });
  });

  it('leaves out what lost an event, has one twice, or could not be measured', () => {
    const failed = { kind: 'failed', reason: 'refused' } as const;
    expect(summariseTrials([trial(request(), measured({}, { lost: 1 }))])).toEqual([]);
    expect(summariseTrials([trial(request(), measured({}, { repeated: 1 }))])).toEqual([]);
    expect(summariseTrials([trial(request(), failed), trial(request({ repeat: 2 }), measured({}))])).toEqual([]);
    expect(summariseTrials([trial(request(), failed), trial(request({ attempt: 2 }), measured({}))])).toHaveLength(1);
  });
});

const finalist = (key: string, costs: readonly number[]) =>
  summary(
    key,
    { p95: 100, cost: costs[1] ?? 0 },
    { samples: costs.map((cost) => ({ p95: 100, cost })), repeats: costs.length },
  );

describe('a recommendation', () => {
  it('is as sure as the repeats lie apart', () => {
    expect(recommend(goal, [finalist('cheap', [1, 1.1, 1.2]), finalist('dear', [2, 2.1, 2.2])], 1)).toMatchObject({
      best: { key: 'cheap' },
      confidence: 1,
      boundsConfidence: 1,
    });
    const close = recommend(goal, [finalist('one', [1, 1.5, 2]), finalist('other', [1.1, 1.6, 2.1])], 1);
    expect(close?.best.key).toBe('one');
    expect(close?.confidence).toBeGreaterThan(0.4);
    expect(close?.confidence).toBeLessThan(0.9);
  });

  it('says how often it keeps the bounds', () => {
    const wavering = summary('wavering', { p95: 240 }, { samples: [{ p95: 200 }, { p95: 240 }, { p95: 300 }] });
    const made = recommend(goal, [wavering], 1);
    expect(made).toMatchObject({ keepsBounds: true, confidence: 1 });
    expect(made?.boundsConfidence).toBeCloseTo(20 / 27, 1);
    expect(recommend(goal, [], 1)).toBeUndefined();
  });
});

const factsOf = (facts: object) => [{ drainMs: 0, ...facts }];
const explained = (values: object, facts: object, windowMs = 0): string =>
  explainLimits(summary('', values, { configuration: configuration({ windowMs }), facts: factsOf(facts) })).join(' ');

describe('the limit that binds', () => {
  it('is told from what a trial saw', () => {
    expect(explained({ p95: 260 }, {}, 200)).toContain('The window binds latency: a batch gathers for up to 200 ms');
    expect(explained({ p95: 260 }, { persistMs: 200, consumerShare: 0.2, eventsPerBatch: 500 })).toContain(
      'The store binds',
    );
    expect(explained({ p95: 260 }, { persistMs: 200, consumerShare: 0.9, eventsPerBatch: 500 })).toContain(
      'The processor of the consumer binds: each of its threads was busy for 90 %',
    );
    const waiting = { p50: 2_000, p95: 2_500 };
    expect(explained(waiting, { persistMs: 200, consumerShare: 0.8, eventsPerBatch: 500 })).toContain(
      'The consumer binds: of the 2,000 ms until the middle event is readable it waits 1,800 ms in the queue',
    );
    expect(explained(waiting, { persistMs: 200, consumerShare: 0.02, eventsPerBatch: 500 })).toContain(
      'The consumer does not get to work',
    );
    expect(explained({ p95: 260 }, { drainMs: 9_000 })).toContain(
      'The consumer falls behind: after the last request the queue took 9.00 s',
    );
    expect(explained({ p95: 260 }, { machineShare: 0.97 })).toContain('The machine is full');
    expect(explained({ bytes: 2_000 }, { eventsPerBatch: 3 })).toContain('Parts are small');
    expect(explained({ p95: 260 }, { machineShare: 0.3 })).toContain('Nothing binds');
  });
});
