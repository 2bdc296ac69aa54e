import { processorMsOf } from '../../measure/processor-time.ts';
import type { RunningPeer } from '../peer.ts';

/** Processor time of all its processes so far; NaN where the system does not tell. */
export const processorMs = ({ pids }: RunningPeer): number =>
  pids.reduce((sum, pid) => sum + (processorMsOf(pid) ?? Number.NaN), 0);
