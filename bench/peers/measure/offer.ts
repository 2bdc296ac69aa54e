import { type LoadPlan, newIdPrefix } from '../../load/plan.ts';
import { runLoad, startLoad } from '../../load/run-load.ts';
import type { LoadRun } from '../../load/run-loads.ts';
import type { PeerScale } from '../comparison.ts';
import type { RunningPeer } from '../peer.ts';

/** Longer than any peer needs for an answer that it means to give, on a busy machine too. */
const mostSilentMs = 30_000;
/** A kill comes much earlier. */
const unboundedMs = 3_600_000;

type Load = Pick<LoadPlan, 'connections' | 'durationMs'> &
  Partial<Pick<LoadPlan, 'warmUpMs' | 'requests' | 'underWayRequests'>>;

const planOf = ({ target }: RunningPeer, load: Load): LoadPlan & { readonly idPrefix: string } => ({
  ...target,
  ...load,
  eventsPerRequest: 1,
  arrival: { kind: 'closed' },
  idPrefix: newIdPrefix(),
  mostSilentMs,
  retry: false,
});

/** Offers single events, each connection the next one as soon as it has its answer, from the generator's own process. */
export const offer = async (running: RunningPeer, load: Load): Promise<LoadRun> => {
  const plan = planOf(running, load);
  return { idPrefix: plan.idPrefix, result: await runLoad(plan) };
};

/** Offers load, kills the peer in the middle of it, and stops the load. @returns what was accepted until then */
export const offerAndKill = async (
  running: RunningPeer,
  connections: number,
  { killAfterEvents }: PeerScale,
): Promise<LoadRun> => {
  const plan = planOf(running, { connections, durationMs: unboundedMs, underWayRequests: killAfterEvents });
  const load = startLoad(plan);
  await load.underWay;
  await running.kill();
  load.stop();
  return { idPrefix: plan.idPrefix, result: await load.result };
};
