import { createSealFunction, type SealDependencies, type SealSummary } from '../shared/stages/seal.ts';
import { sealDependencies } from '../shared/wiring.ts';

/** Lambda's schedule and a host's timer send events of their own; nothing in them matters. */
export type SealHandler = (event?: unknown) => Promise<SealSummary>;

export const createHandler = (dependencies: SealDependencies): SealHandler => {
  const seal = createSealFunction(dependencies);
  return () => seal();
};

let wired: Promise<SealHandler> | undefined;

/** Adapters are chosen at the first event; where that failed, the next one tries again. */
const wire = async (): Promise<SealHandler> => {
  if (wired === undefined) wired = sealDependencies().then(createHandler);
  const wiring = wired;
  try {
    return await wiring;
  } catch (error) {
    wired = undefined;
    throw error;
  }
};

/** What a schedule runs: Lambda's, serverless-offline's, or the host's timer. */
export const handler: SealHandler = async (event) => (await wire())(event);
