import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/measure/random.ts';
import { type Configuration, keyOf, type Space, wholeSpace } from '../../../../bench/tune/configuration.ts';
import { nextStep, rungsOf, type SearchPlan } from '../../../../bench/tune/search/halving.ts';
import { openJournal } from '../../../../bench/tune/search/journal.ts';
import { recommend } from '../../../../bench/tune/search/recommend.ts';
import { type MakeTrial, runSearch } from '../../../../bench/tune/search/run-search.ts';
import { findingsOf, planOf } from '../../../../bench/tune/search/search.ts';
import { neighboursOf, sampleSpace, sizeOf } from '../../../../bench/tune/search/space.ts';
import { slotOf, type Trial, type TrialRequest } from '../../../../bench/tune/trial/trial.ts';
import { configuration, measured, search, trial } from '../../../unit/bench/tune/fixtures.ts';

/** A number from 0 to 1 that belongs to a text. */
const chanceOf = (text: string): number =>
  createRandom([...text].reduce((hash, character) => Math.imul(hash, 31) + (character.codePointAt(0) ?? 0), 7))();

/** A world without noise: latency is the window and a little, larger packs are cheaper. */
const valuesOf = ({ windowMs, packBytes, batchSize }: Configuration) => ({
  p95: windowMs + 20,
  cost: 1 + 10_000 / packBytes + 10 / batchSize + 1 / (1 + windowMs),
});

/** The same for the same request, whenever it is made; some trials are disturbed, some fail. */
const makeFrom =
  (trouble: number): MakeTrial =>
  async (request) => {
    const chance = chanceOf(`${slotOf(request)}/${request.attempt}`);
    const outcome =
      chance < trouble / 2
        ? ({ kind: 'failed', reason: 'chance' } as const)
        : measured(valuesOf(request.configuration));
    return trial(request, outcome, chance < trouble ? ['chance'] : []);
  };

const runThrough = async (plan: SearchPlan, make: MakeTrial): Promise<readonly Trial[]> => {
  const trials: Trial[] = [];
  for (let step = nextStep(plan, trials); step.kind === 'measure'; step = nextStep(plan, trials)) {
    trials.push(await make(step.request, undefined));
  }
  return trials;
};

const requestsOf = (trials: readonly Trial[]): readonly TrialRequest[] => trials.map(({ request }) => request);

describe('the space of configurations', () => {
  it('is sampled without repetition, the defaults first, and every value of every axis in turn', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(1_000), (count, seed) => {
        const sampled = sampleSpace(wholeSpace, configuration(), count, seed);
        expect(sampled[0]).toEqual(configuration());
        expect(new Set(sampled.map(keyOf)).size).toBe(sampled.length);
        expect(sampled).toHaveLength(count);
        expect(sampleSpace(wholeSpace, configuration(), count, seed)).toEqual(sampled);
      }),
    );
    const windows = new Set(sampleSpace(wholeSpace, configuration(), 9, 1).map(({ windowMs }) => windowMs));
    expect(windows.size).toBeGreaterThanOrEqual(wholeSpace.windowMs.length - 1);
  });

  it('is used up where it is smaller than what was asked for', () => {
    const small: Space = {
      ...wholeSpace,
      batchSize: [1_000],
      packBytes: [262_144],
      compression: ['gzip-1'],
      concurrency: [1],
    };
    expect(sampleSpace(small, configuration(), 50, 1)).toHaveLength(sizeOf(small));
  });

  it('has neighbours that differ by one step on one axis', () => {
    const own = configuration();
    const found = neighboursOf(wholeSpace, own);
    expect(found).toHaveLength(9);
    for (const each of found) {
      const differing = Object.entries(each).filter(([axis, value]) => own[axis as keyof Configuration] !== value);
      expect(differing).toHaveLength(1);
    }
  });
});

describe('successive halving', () => {
  it('has rungs that get smaller and longer, the last of them as asked for', () => {
    const options = fc.record({
      configurations: fc.integer({ min: 1, max: 200 }),
      finalists: fc.integer({ min: 1, max: 5 }),
      repeats: fc.integer({ min: 1, max: 9 }),
      durationMs: fc.integer({ min: 500, max: 60_000 }),
      eta: fc.constantFrom(2, 3, 4),
    });
    fc.assert(
      fc.property(options, (given) => {
        const rungs = rungsOf(given);
        expect(rungs[0]?.keep).toBe(given.configurations);
        expect(rungs.at(-1)).toMatchObject({
          keep: Math.min(given.finalists, given.configurations),
          repeats: given.repeats,
          durationMs: given.durationMs,
        });
        for (const [index, { keep, durationMs }] of rungs.entries()) {
          const before = rungs[index - 1];
          if (before === undefined) continue;
          expect(keep).toBeLessThan(before.keep);
          expect(durationMs).toBeGreaterThanOrEqual(before.durationMs);
        }
      }),
    );
  });

  it('ends, and measures each repeat once, or again where it was disturbed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000), fc.constantFrom(0, 0.3, 0.9), async (seed, trouble) => {
        const plan = planOf(search({ seed }));
        const trials = await runThrough(plan, makeFrom(trouble));
        const attempts = Map.groupBy(trials, ({ request }) => slotOf(request));
        for (const own of attempts.values()) {
          const disturbed = own.filter(({ noise }) => noise.length > 0).length;
          expect(own.length).toBeLessThanOrEqual(1 + plan.retries);
          expect(own.length).toBe(Math.min(1 + plan.retries, disturbed + 1));
        }
        const finalists = requestsOf(trials).filter(({ rung }) => rung === plan.rungs.length - 1);
        expect(finalists.map((each) => keyOf(each.configuration))).toContain(keyOf(configuration()));
      }),
      { numRuns: 15 },
    );
  });

  it('never recommends what lost an event, not even once', async () => {
    const plan = planOf(search({ configurations: 12 }));
    let first = true;
    // What would win: the cheapest that keeps the bound loses one event, in its first trial.
    const winner = recommend(plan.goal, findingsOf(plan, await runThrough(plan, makeFrom(0))).finalists, 1)?.best.key;
    const trials = await runThrough(plan, async (request, quickestMs) => {
      const made = await makeFrom(0)(request, quickestMs);
      if (!first || keyOf(request.configuration) !== winner) return made;
      first = false;
      return trial(request, measured(valuesOf(request.configuration), { lost: 1 }));
    });
    const { finalists, all, bad } = findingsOf(plan, trials);
    expect(bad).toHaveLength(1);
    expect(all.map(({ key }) => key)).not.toContain(winner);
    expect(recommend(plan.goal, finalists, 1)?.best.key).not.toBe(winner);
  });

  it('finds what is best in a world without noise, and keeps the defaults in it to compare with', async () => {
    const plan = planOf(search({ configurations: 30, finalists: 3 }));
    const trials = await runThrough(plan, makeFrom(0));
    const { finalists, all } = findingsOf(plan, trials);
    const best = recommend(plan.goal, finalists, 1);
    expect(best).toMatchObject({ keepsBounds: true, confidence: 1 });
    const feasible = all.filter(({ values }) => (values.p95 ?? 0) < 250);
    expect(best?.best.values.cost).toBe(Math.min(...feasible.map(({ values }) => values.cost ?? Number.NaN)));
  });
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-tune-journal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const quiet = (): void => {};

describe('a search that was killed', () => {
  it('goes on from whatever its journal has, at any byte, and comes to the same trials', async () => {
    const given = search({ configurations: 6, finalists: 2, repeats: 2 });
    const whole = path.join(folder, 'whole.ndjson');
    await runSearch(planOf(given), openJournal(whole, given), makeFrom(0.3), quiet);
    const bytes = readFileSync(whole);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length), async (cut) => {
        const file = path.join(folder, 'cut.ndjson');
        writeFileSync(file, bytes.subarray(0, cut));
        let made = 0;
        const make: MakeTrial = (...request) => {
          made++;
          return makeFrom(0.3)(...request);
        };
        await runSearch(planOf(given), openJournal(file, given), make, quiet);
        expect(readFileSync(file).equals(bytes)).toBe(true);
        const linesKept = bytes.subarray(0, cut).toString('utf8').split('\n').length - 1;
        const lines = bytes.toString('utf8').trimEnd().split('\n').length;
        expect(made).toBe(lines - Math.max(1, linesKept));
      }),
      { numRuns: 12 },
    );
  });

  it('is not taken for another one', () => {
    const file = path.join(folder, 'other.ndjson');
    openJournal(file, search());
    expect(() => openJournal(file, search({ goal: 'bytes' }))).toThrow(/is of another search.*--name.*--fresh/);
    expect(openJournal(file, search()).trials).toEqual([]);
  });
});
