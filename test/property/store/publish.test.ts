import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../shared/domain/errors.ts';
import { publish } from '../../../shared/store/publish.ts';
import { type Fault, SimulatedFiles } from './simulated-files.ts';

const store = '/store';

interface Attempt {
  /** Which part; a repeat of one is a retry with the same bytes. */
  readonly part: number;
  readonly fault: Fault | undefined;
  /** After the attempt, the power goes, and each name that was not synced is kept or lost by one of these. */
  readonly power: readonly boolean[] | undefined;
}

const fault: fc.Arbitrary<Fault> = fc.record({
  call: fc.nat({ max: 16 }),
  kind: fc.constantFrom('error-before', 'error-after', 'crash'),
  code: fc.constantFrom('EIO', 'ENOSPC', 'EPERM', 'ESTALE', 'EEXIST', 'EACCES'),
});

const attempt: fc.Arbitrary<Attempt> = fc.record({
  part: fc.nat({ max: 3 }),
  fault: fc.option(fault, { nil: undefined }),
  power: fc.option(fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), { nil: undefined, freq: 3 }),
});

// Two of the parts share a folder, so that one finds the other's half-made folders.
const targetOf = (part: number): string => `level0/${part >> 1}/part-${part}.h5`;
const bytesOf = (part: number): Uint8Array => Buffer.from(`all of the bytes of part ${part}`);

const publishPart = (files: SimulatedFiles, part: number, name: string): Promise<void> =>
  publish(files, { store, temporaryName: name, target: targetOf(part), bytes: bytesOf(part) });

/** True when it was confirmed. */
const tryPublish = async (files: SimulatedFiles, part: number, name: string): Promise<boolean> => {
  try {
    await publishPart(files, part, name);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(StoreUnavailable);
    return false;
  }
};

const expectWholeOrInvisible = (files: SimulatedFiles, confirmed: ReadonlySet<number>): void => {
  const visible = files.filesBelow(`${store}/level0`);
  for (const part of [0, 1, 2, 3]) {
    const bytes = visible.get(`${store}/${targetOf(part)}`);
    if (confirmed.has(part) || bytes !== undefined) expect(bytes, `part ${part}`).toEqual(bytesOf(part));
  }
  expect(visible.size).toBeLessThanOrEqual(4);
};

describe('publishing with a fault at any call, crashes and losses of power', () => {
  it('shows a part whole or not at all, keeps what it confirmed, and succeeds when retried', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(attempt, { minLength: 1, maxLength: 8 }), async (attempts) => {
        const files = new SimulatedFiles(store);
        const confirmed = new Set<number>();
        for (const [number, { part, fault, power }] of attempts.entries()) {
          files.restart();
          files.fault = fault;
          if (await tryPublish(files, part, `${number}.h5`)) confirmed.add(part);
          expectWholeOrInvisible(files, confirmed);
          if (power === undefined) continue;
          let names = 0;
          files.losePower(() => power[names++ % power.length] ?? false);
          expectWholeOrInvisible(files, confirmed);
        }
        files.restart();
        for (const part of [0, 1, 2, 3]) await publishPart(files, part, `retry-${part}.h5`);
        files.losePower();
        expectWholeOrInvisible(files, new Set([0, 1, 2, 3]));
      }),
      { numRuns: 3_000 },
    );
  });

  it('keeps to this with several writers at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { minLength: 2, maxLength: 6 }), async (parts) => {
        const files = new SimulatedFiles(store);
        await Promise.all(parts.map((part, number) => publishPart(files, part, `${number}.h5`)));
        expect(files.filesBelow(`${store}/tmp`).size).toBe(0);
        files.losePower();
        expectWholeOrInvisible(files, new Set(parts));
      }),
      { numRuns: 300 },
    );
  });
});
