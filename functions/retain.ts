import { createRetainFunction, type RetainDependencies, type RetainSummary } from '../shared/stages/retain.ts';
import { retainDependencies } from '../shared/wiring.ts';

/** Lambda's schedule and a host's timer send events of their own; nothing in them matters. */
export type RetainHandler = (event?: unknown) => Promise<RetainSummary>;

export const createHandler = (dependencies: RetainDependencies): RetainHandler => {
  const run = createRetainFunction(dependencies);
  return () => run();
};

let wired: Promise<RetainHandler> | undefined;

/** Adapters are chosen at the first event; where that failed, the next one tries again. */
const wire = async (): Promise<RetainHandler> => {
  if (wired === undefined) wired = retainDependencies().then(createHandler);
  const wiring = wired;
  try {
    return await wiring;
  } catch (error) {
    wired = undefined;
    throw error;
  }
};

/** What a schedule runs: Lambda's, where it is switched on, or the host's timer. */
export const handler: RetainHandler = async (event) => (await wire())(event);
