import { describe, expect, it } from 'vitest';
import { DiskSpeed } from '../../../shared/queue/journal/disk-speed.ts';

const mebibyte = 2 ** 20;

const speedAfter = (writes: readonly (readonly [bytes: number, ms: number])[]): DiskSpeed => {
  const speed = new DiskSpeed();
  for (const [bytes, ms] of writes) speed.took(bytes, ms);
  return speed;
};

const times = (count: number, bytes: number, ms: number) =>
  Array.from({ length: count }, (): readonly [number, number] => [bytes, ms]);

describe('the speed of a disk', () => {
  it('is quick until it shows otherwise', () => {
    expect(speedAfter([]).isQuick).toBe(true);
    expect(speedAfter(times(100, 4_096, 0.2)).isQuick).toBe(true);
    expect(speedAfter(times(100, 4_096, 0.8)).isQuick).toBe(false);
  });

  it('is judged by what was written', () => {
    expect(speedAfter(times(100, mebibyte, 1.5)).isQuick).toBe(true);
    expect(speedAfter(times(100, mebibyte, 5)).isQuick).toBe(false);
  });

  it('is slow after one write of a rotating disk, and after one that stalled for a while', () => {
    const stalled = speedAfter([[4_096, 10]]);
    expect(stalled.isQuick).toBe(false);
    for (const [bytes, ms] of times(20, 4_096, 0.2)) stalled.took(bytes, ms);
    expect(stalled.isQuick).toBe(true);
  });
});
