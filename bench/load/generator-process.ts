import { generateLoad } from './generate.ts';
import type { GeneratorMessage, LoadPlan } from './plan.ts';
import { systemPorts } from './ports.ts';

/** The generator's own process: takes one plan, runs it, sends when it is under way, then the result, and ends. Any second message stops the run. */
const stop = new AbortController();
process.once('message', (plan: LoadPlan) => {
  process.once('message', () => stop.abort());
  process.once('disconnect', () => process.exit(1));
  const say = (message: GeneratorMessage, then = (): void => {}): void => {
    process.send?.(message, then);
  };
  const onUnderWay = (): void => say({ kind: 'under-way' });
  void generateLoad(plan, stop.signal, systemPorts, onUnderWay).then((result) => {
    const { user, system } = process.cpuUsage();
    say({ kind: 'ended', result: { ...result, processorMs: (user + system) / 1_000 } }, () => process.exit(0));
  });
});
