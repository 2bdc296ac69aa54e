import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Operation, survivesStops, type Violation } from './survival.ts';

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      messages: fc.integer({ min: 1, max: 4 }),
      bytes: fc.integer({ min: 1, max: 6_000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('receive' as const), messages: fc.integer({ min: 1, max: 10 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), messages: fc.integer({ min: 1, max: 10 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
);

const life = fc.record({
  operations: fc.array(operation, { minLength: 1, maxLength: 80 }),
  stopAfterWrites: fc.integer({ min: 1, max: 40 }),
  powerLoss: fc.boolean(),
  faultShare: fc.constantFrom(0, 0, 0.1, 0.4),
});

const history = fc.record({ seed: fc.integer(), lives: fc.array(life, { minLength: 1, maxLength: 4 }) });

const runs = Number(process.env.FI_TEST_PROPERTY_RUNS ?? 500);

describe('kill -9 and loss of power at any write', () => {
  it('lose no confirmed send, undo no confirmed delete, invent nothing and split no batch', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ seed, lives }) => {
        expect(await survivesStops(seed, lives, true)).toEqual<readonly Violation[]>([]);
      }),
      { numRuns: runs },
    );
  });

  it('are found to lose confirmed messages on a disk that ignores the sync: the property would see it', async () => {
    const found = await fc.check(
      fc.asyncProperty(history, async ({ seed, lives }) => (await survivesStops(seed, lives, false)).length === 0),
      { numRuns: 50, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });
});
