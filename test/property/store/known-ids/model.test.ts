import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyText } from '../../../../shared/store/known-ids/identity-key.ts';
import { lookup } from '../../../../shared/store/known-ids/lookup.ts';
import { mergeRuns } from '../../../../shared/store/known-ids/merge.ts';
import { PageCache } from '../../../../shared/store/known-ids/page-cache.ts';
import { isSameContent } from '../../../../shared/store/known-ids/record.ts';
import type { RunRef } from '../../../../shared/store/known-ids/run.ts';
import { sortByKey, writeRun } from '../../../../shared/store/known-ids/write.ts';
import { contentOf, idsOf, keyOf, runIds } from '../../../unit/store/known-ids/ids.ts';
import { SimulatedFiles } from '../simulated-files.ts';

const store = '/store';
/** Ids are numbers below this; few enough that batches meet, with several pages a batch. */
const mostIds = 2_000;

const number = fc.nat({ max: mostIds - 1 });
const step = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    from: number,
    count: fc.integer({ min: 1, max: 700 }),
    stride: fc.integer({ min: 1, max: 3 }),
  }),
  // Which of the runs to merge, by their places at that time.
  fc.record({ kind: fc.constant('merge' as const), places: fc.array(fc.nat({ max: 20 }), { maxLength: 5 }) }),
  fc.record({ kind: fc.constant('look' as const), numbers: fc.array(number, { maxLength: 300 }) }),
);

/** The index, used as a sealer uses it, beside a map that does the same. */
class Compared {
  readonly files = new SimulatedFiles(store);
  readonly #cache: PageCache;
  readonly #newRunId = runIds();
  readonly #model = new Map<number, number>();
  #runs: RunRef[] = [];
  #nextPosition = 0;

  constructor(cacheBytes: number) {
    this.#cache = new PageCache(cacheBytes);
  }

  #find(numbers: readonly number[]) {
    return lookup(this.files, store, this.#runs, numbers.map(keyOf), this.#cache);
  }

  async look(numbers: readonly number[]): Promise<void> {
    const found = await this.#find(numbers);
    const known = numbers.filter((one) => this.#model.has(one));
    expect(found.size).toBe(new Set(known).size);
    for (const one of known) {
      const entry = found.get(keyText(keyOf(one)));
      expect(entry?.position).toBe(this.#model.get(one));
      expect(isSameContent(entry?.contentHash ?? Buffer.alloc(0), contentOf(one))).toBe(true);
    }
  }

  /** Adds those that are not known, as a sealer does. */
  async add(numbers: readonly number[]): Promise<void> {
    const found = await this.#find(numbers);
    const fresh = numbers.filter((one) => !found.has(keyText(keyOf(one))));
    if (fresh.length === 0) return;
    const run = await writeRun(this.files, store, sortByKey(idsOf(fresh)), { newRunId: this.#newRunId });
    // Only the commit tells where the run begins, and others may have committed in between.
    this.#nextPosition += 17;
    this.#runs.push({ ...run, basePosition: this.#nextPosition });
    for (const one of fresh) this.#model.set(one, this.#nextPosition++);
  }

  async merge(places: readonly number[]): Promise<void> {
    const chosen = new Set(places.map((place) => this.#runs[place]).filter((run) => run !== undefined));
    if (chosen.size === 0) return;
    const merged = await mergeRuns(this.files, store, [...chosen], { newRunId: this.#newRunId });
    expect(merged.bytes).toBe(this.files.filesBelow(store).get(`${store}/${merged.path}`)?.length);
    this.#runs = [...this.#runs.filter((run) => !chosen.has(run)), merged];
  }
}

describe('the index beside a map', () => {
  it('knows the same after any batches and merges, with a large cache and with nearly none', async () => {
    const caches = fc.constantFrom(3 * 4096, 16 * 1024 * 1024);
    await fc.assert(
      fc.asyncProperty(caches, fc.array(step, { maxLength: 14 }), async (cacheBytes, steps) => {
        const compared = new Compared(cacheBytes);
        for (const step of steps) {
          if (step.kind === 'add') {
            const numbers = Array.from(
              { length: step.count },
              (_, index) => (step.from + index * step.stride) % mostIds,
            );
            await compared.add([...new Set(numbers)]);
          } else if (step.kind === 'merge') await compared.merge(step.places);
          else await compared.look(step.numbers);
        }
        await compared.look(Array.from({ length: mostIds }, (_, one) => one));
        expect(compared.files.openFiles).toBe(0);
        expect(compared.files.filesBelow(`${store}/tmp`).size).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
