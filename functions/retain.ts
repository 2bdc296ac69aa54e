import { onceMade } from '../shared/once-made.ts';
import { createRetainFunction, type RetainDependencies, type RetainSummary } from '../shared/stages/retain.ts';
import { retainDependencies } from '../shared/wiring.ts';

/** Lambda's schedule and a host's timer send events of their own; nothing in them matters. */
export type RetainHandler = (event?: unknown) => Promise<RetainSummary>;

export const createHandler = (dependencies: RetainDependencies): RetainHandler => {
  const run = createRetainFunction(dependencies);
  return () => run();
};

const wired = onceMade(async () => createHandler(await retainDependencies()));

/** What a schedule runs: Lambda's, where it is switched on, or the host's timer. */
export const handler: RetainHandler = async (event) => (await wired())(event);
