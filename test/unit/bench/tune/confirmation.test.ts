import { describe, expect, it } from 'vitest';
import { keyOf } from '../../../../bench/tune/configuration.ts';
import { confirmationOf } from '../../../../bench/tune/confirm/confirmation.ts';
import type { Outcome } from '../../../../bench/tune/trial/trial.ts';
import { configuration, measured, request, trial } from './fixtures.ts';

const [recommended, usual] = [configuration({ windowMs: 50 }), configuration()];
const claim = {
  goal: 'p95<250ms,cost',
  recommended: keyOf(recommended),
  usual: keyOf(usual),
  keepsBounds: true,
  seed: 1,
};

const trialsOf = (ofRecommended: readonly Outcome[], ofToday: readonly Outcome[], noise: readonly string[] = []) => [
  ...ofRecommended.map((outcome, at) => trial(request({ configuration: recommended, repeat: at + 1 }), outcome, noise)),
  ...ofToday.map((outcome, at) => trial(request({ configuration: usual, repeat: at + 1 }), outcome)),
];
const cheap = [1, 1.1, 1.2].map((cost) => measured({ p95: 100, cost }));
const dear = [2, 2.1, 2.2].map((cost) => measured({ p95: 100, cost }));
const verdict = (...given: Parameters<typeof trialsOf>) => confirmationOf(claim, trialsOf(...given)).verdict;

describe('a fresh run', () => {
  it('confirms what is as good as it was said to be', () => {
    expect(confirmationOf(claim, trialsOf(cheap, dear))).toMatchObject({
      verdict: { kind: 'confirmed' },
      confidence: 1,
      recommended: { values: { cost: 1.1 } },
      usual: { values: { cost: 2.1 } },
    });
  });

  it('does not confirm what is worse than the defaults, or breaks a bound', () => {
    expect(verdict(dear, cheap)).toMatchObject({
      kind: 'not-confirmed',
      reasons: [expect.stringMatching(/in 0 % of the resamples/)],
    });
    const slow = cheap.map(() => measured({ p95: 300, cost: 1 }));
    expect(verdict(slow, dear)).toMatchObject({
      kind: 'not-confirmed',
      reasons: [expect.stringMatching(/bounds of p95<250ms,cost/), expect.stringMatching(/0 %/)],
    });
  });

  it('does not conclude from a busy machine, but from lost events', () => {
    expect(verdict(dear, cheap, ['busy'])).toMatchObject({ kind: 'inconclusive' });
    const lossy = [...cheap.slice(1), measured({ p95: 100, cost: 1 }, { lost: 1 })];
    expect(verdict(lossy, dear, ['busy'])).toMatchObject({
      kind: 'not-confirmed',
      reasons: [expect.stringMatching(/lost/), expect.stringMatching(/could not/), expect.stringMatching(/0 %/)],
    });
  });
});
