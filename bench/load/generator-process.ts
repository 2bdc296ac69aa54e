import { generateLoad } from './generate.ts';
import type { LoadPlan } from './plan.ts';

/** The generator's own process: takes one plan, runs it, sends the result and ends. Any second message stops the run. */
const stop = new AbortController();
process.once('message', (plan: LoadPlan) => {
  process.once('message', () => stop.abort());
  process.once('disconnect', () => process.exit(1));
  void generateLoad(plan, stop.signal).then((result) => {
    const { user, system } = process.cpuUsage();
    process.send?.({ ...result, processorMs: (user + system) / 1_000 }, () => process.exit(0));
  });
});
