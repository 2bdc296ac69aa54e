import type { Random } from '../../measure/random.ts';
import { exponential } from '../simulation/draw.ts';
import type { Processors } from '../simulation/processors.ts';
import type { Simulation } from '../simulation/simulation.ts';

/** What other programs do at a time: some milliseconds, as a compiler or a test does. */
const burstUs = 5_000;

/** Other programs that want a share (0 to 1) of each processor, at random moments, and are weighed as a group of their own. */
export const startOthers = (
  simulation: Simulation,
  processors: Processors,
  { count, share, random }: { readonly count: number; readonly share: number; readonly random: Random },
): void => {
  if (share <= 0) return;
  const group = processors.group();
  const gapMs = exponential(burstUs / 1_000 / share, random);
  const burst = exponential(burstUs, random);
  for (let index = 0; index < count; index++) {
    const thread = group.thread();
    const again = (): void => {
      thread.work(burst());
      simulation.after(gapMs(), again);
    };
    simulation.after(gapMs(), again);
  }
};
