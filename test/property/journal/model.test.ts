import fc from 'fast-check';
import { describe, it } from 'vitest';
import { ManualClock } from '../../unit/journal/manual-clock.ts';
import { openOnDisk, queueOf } from '../../unit/journal/open-on-disk.ts';
import { SimulatedDisk } from '../../unit/journal/simulated-disk.ts';
import { commands, type Model, type Real } from './model.ts';

const start = async (memoryBytes: number): Promise<{ model: Model; real: Real }> => {
  const disk = new SimulatedDisk();
  const clock = new ManualClock();
  const open = () => openOnDisk(disk, clock, { memoryBytes });
  const journal = await open();
  const real: Real = {
    journal,
    queue: await journal.createQueue('work'),
    clock,
    restart: async () => {
      await real.journal.close();
      real.journal = await open();
      real.queue = queueOf(real.journal, 'work');
    },
  };
  return { model: { nowMs: 0, sent: 0, messages: [], stale: [] }, real };
};

const runs = Number(process.env.FI_TEST_PROPERTY_RUNS ?? 150);

describe('the journal', () => {
  it('does what a simple list of messages would do, over restarts and with little memory', async () => {
    await fc.assert(
      fc.asyncProperty(commands, fc.constantFrom(0, 5_000, 1_000_000), async (run, memoryBytes) => {
        await fc.asyncModelRun(() => start(memoryBytes), run);
      }),
      { numRuns: runs },
    );
  });
});
