import type { RateStep } from '../../../../bench/load/plan.ts';
import type { Workload } from '../../../../bench/tune/workload/workload.ts';

const meanRate = (steps: readonly RateStep[]): number =>
  steps.reduce((sum, { forMs, requestsPerSecond }) => sum + forMs * requestsPerSecond, 0) /
  steps.reduce((sum, { forMs }) => sum + forMs, 0);

/** Events a second that a workload offers on average; undefined where that depends on the target. */
export const offeredEventsPerSecond = ({ arrival, eventsPerRequest }: Workload): number | undefined => {
  if (arrival.kind === 'closed') return undefined;
  const requests = arrival.kind === 'constant' ? arrival.requestsPerSecond : meanRate(arrival.steps);
  return requests * eventsPerRequest;
};
