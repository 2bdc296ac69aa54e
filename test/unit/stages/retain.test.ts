import { expect, it } from 'vitest';
import { createHandler } from '../../../functions/retain.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { DueDay } from '../../../shared/store/retain/due.ts';
import type { DayOutcome } from '../../../shared/store/retain/retainer.ts';
import { createLogger } from '../../../shared/telemetry/log.ts';
import { committedPart } from '../store/commits/commits.ts';

const dayOf = (day: string): DueDay => ({
  segment: 'audio',
  day,
  retentionDays: 7,
  parts: [committedPart(`parts/audio/${day}/a.h5`, { count: 5 }), committedPart(`parts/audio/${day}/b.h5`)],
});

/** Days that come to what is said of them, a second each; those that are dropped are due no more. */
const setUp = (outcomes: Readonly<Record<string, readonly DayOutcome[]>>, mostMs = 10_000) => {
  const left = new Map(Object.entries(outcomes).map(([day, of]) => [day, [...of]]));
  let nowMs = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async () => {},
    after: () => ({ cancel: () => {} }),
  };
  const lines: Record<string, unknown>[] = [];
  const handler = createHandler({
    retainer: {
      due: async () => [...left.keys()].map(dayOf),
      keptBy: async () => undefined,
      drop: async ({ day }) => {
        nowMs += 1_000;
        const outcome = left.get(day)?.shift() ?? { kind: 'dropped' };
        if (outcome.kind === 'dropped') left.delete(day);
        return outcome;
      },
    },
    clock,
    logger: createLogger('info', (line) => lines.push(JSON.parse(line) as Record<string, unknown>)),
    mostMs,
  });
  return { handler, lines };
};

const dropped: DayOutcome = { kind: 'dropped' };

it('drops what is due, and leaves a line for each day', async () => {
  const { handler, lines } = setUp({ '2020-03-01': [dropped], '2020-03-02': [dropped] });
  expect(await handler()).toEqual({ days: 2, events: 12, kept: 0, more: false });
  expect(lines).toMatchObject([
    { segment: 'audio', day: '2020-03-01', events: 6 },
    { segment: 'audio', day: '2020-03-02', events: 6 },
  ]);
  expect(await handler()).toEqual({ days: 0, events: 0, kept: 0, more: false });
});

it('passes days that stay, once each, and says what is damaged', async () => {
  const { handler, lines } = setUp({
    '2020-03-01': [{ kind: 'held', reason: 'the policy holds the segment audio' }],
    '2020-03-02': [{ kind: 'outrun' }, dropped],
    '2020-03-03': [{ kind: 'damaged', reason: 'a.h5: it is missing' }],
  });
  expect(await handler()).toEqual({ days: 1, events: 6, kept: 2, more: false });
  expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
    { day: '2020-03-03', reason: 'a.h5: it is missing' },
  ]);
});

it('begins no further day when its time is over, and says that there is more', async () => {
  const { handler } = setUp({ '2020-03-01': [dropped], '2020-03-02': [dropped], '2020-03-03': [dropped] }, 1_500);
  expect(await handler()).toEqual({ days: 2, events: 12, kept: 0, more: true });
  expect(await handler()).toEqual({ days: 1, events: 6, kept: 0, more: false });
});

it('gives up for now where others are in the way all the time', async () => {
  const { handler } = setUp({ '2020-03-01': Array.from({ length: 20 }, () => ({ kind: 'outrun' }) as const) }, 60_000);
  expect(await handler()).toMatchObject({ days: 0, more: true });
});
