import { describe, expect, it } from 'vitest';
import { timesBetter } from '../../../../bench/peers/report/times-better.ts';
import { comparisonResult, runsOf } from './fixture.ts';

const always = (): boolean => true;
const ours = (requestsPerSecond: number, p95Ms = 1) => ['ours', { requestsPerSecond, p95Ms, accepted: 5 }] as const;
const peer = (requestsPerSecond: number, p95Ms = 1) => ['peer', { requestsPerSecond, p95Ms, accepted: 5 }] as const;
const timesOf = (runs: ReturnType<typeof runsOf>, metric: string): readonly number[] =>
  timesBetter(comparisonResult('peer', runs), 'peer', metric, always).map(({ value }) => value);

describe('how many times better ours is', () => {
  it('is told by ours right before and right after the peer, and by no other run', () => {
    const runs = runsOf(ours(1), ours(100), peer(10), ours(400), peer(100), ours(900), ours(7));
    expect(timesOf(runs, 'requestsPerSecond').map((times) => Math.round(times * 1_000) / 1_000)).toEqual([20, 6]);
  });

  it('is above 1 where ours is ahead, whichever way the metric is better', () => {
    const runs = runsOf(ours(100, 2), peer(50, 8), ours(100, 2));
    expect(timesOf(runs, 'requestsPerSecond')[0]).toBeCloseTo(2);
    expect(timesOf(runs, 'p95Ms')[0]).toBeCloseTo(4);
  });

  it('is told by one side where the other has no run', () => {
    expect(timesOf(runsOf(peer(50), ours(100)), 'requestsPerSecond')[0]).toBeCloseTo(2);
  });

  it('is not told of what is better neither way, of nothing, and of what was not measured', () => {
    const runs = runsOf(ours(100), peer(0), ours(100), ['peer', {}], ours(100));
    expect(timesOf(runs, 'accepted')).toEqual([]);
    expect(timesOf(runs, 'requestsPerSecond')).toEqual([]);
    expect(timesOf(runsOf(peer(5)), 'requestsPerSecond')).toEqual([]);
  });

  it('is quiet when all that it is told by was', () => {
    const runs = runsOf(ours(100), peer(10), ours(100), peer(10), ours(100));
    const isQuiet = ({ repeat }: { readonly repeat: number }): boolean => repeat !== 1;
    const samples = timesBetter(comparisonResult('peer', runs), 'peer', 'requestsPerSecond', isQuiet);
    expect(samples.map(({ quiet }) => quiet)).toEqual([false, true]);
  });
});
