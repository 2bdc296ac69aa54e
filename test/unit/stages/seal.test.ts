import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../shared/ports/clock.ts';
import { createSealFunction } from '../../../shared/stages/seal.ts';
import type { MergeReport } from '../../../shared/store/merge/merger.ts';
import type { SealReport } from '../../../shared/store/seal/sealer.ts';
import { createLogger } from '../../../shared/telemetry/log.ts';

const sealed: SealReport = { kind: 'sealed', events: 10, repeats: 1, conflicts: 0, parts: 1 };
const idle: SealReport = { kind: 'idle', waiting: 0 };
const merged: MergeReport = { kind: 'merged', parts: 8, events: 80, bytes: 8_000 };

/** A stage whose store answers as told; each answer takes a second. */
const stageOf = (seals: readonly SealReport[], merges: ReadonlyArray<MergeReport | Error>, mostMs = 60_000) => {
  const calls: string[] = [];
  const lines: string[] = [];
  let nowMs = 0;
  const [sealing, merging] = [seals.values(), merges.values()];
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async () => {},
    after: () => ({ cancel: () => {} }),
  };
  const run = createSealFunction({
    sealer: {
      seal: async () => {
        calls.push('seal');
        nowMs += 1_000;
        return sealing.next().value ?? idle;
      },
    },
    merger: {
      merge: async () => {
        calls.push('merge');
        nowMs += 1_000;
        const report = merging.next().value ?? { kind: 'idle' };
        if (report instanceof Error) throw report;
        return report;
      },
    },
    clock,
    logger: createLogger('error', (line) => lines.push(line)),
    mostMs,
  });
  return { run, calls, lines };
};

describe('sealing and merging in one run', () => {
  it('seals all that is due before it merges, and looks again between merges', async () => {
    const { run, calls } = stageOf([sealed, sealed, idle, sealed, idle, idle], [merged, merged]);
    expect(await run()).toMatchObject({ events: 30, repeats: 3, conflicts: 0 });
    expect(calls.join(' ')).toBe('seal seal seal merge seal seal merge seal merge');
  });

  it('begins no merge when its time is over', async () => {
    const { run, calls } = stageOf(new Array(100).fill(sealed), [merged], 5_000);
    await run();
    expect(calls).toEqual(new Array(5).fill('seal'));
    const next = stageOf([], new Array(100).fill(merged), 5_000);
    await next.run();
    expect(next.calls.filter((call) => call === 'merge').length).toBeLessThanOrEqual(3);
  });

  it('seals whatever keeps a merge from being done, and says so', async () => {
    const { run, lines } = stageOf([sealed], [new Error('the disk is full')]);
    expect(await run()).toMatchObject({ events: 10 });
    expect(lines.join()).toContain('parts could not be merged');
  });

  it('tries a merge that failed again, less and less often', async () => {
    const { run, calls } = stageOf([], new Array(100).fill(new Error('the disk is full')), 1_500);
    for (let look = 0; look < 200; look++) await run();
    const merges = calls.filter((call) => call === 'merge').length;
    // Each look takes a second: after 1, 2, 4 ... seconds, and then once a minute.
    expect(merges).toBeGreaterThanOrEqual(6);
    expect(merges).toBeLessThanOrEqual(10);
  });

  it('counts nothing twice when runs are asked for at once', async () => {
    const { run, calls } = stageOf([sealed], []);
    await Promise.all([run(), run()]);
    expect(calls).toEqual(['seal', 'seal', 'merge']);
  });
});
