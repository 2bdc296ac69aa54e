import { onceMade } from '../shared/once-made.ts';
import { createSealFunction, type SealDependencies, type SealSummary } from '../shared/stages/seal.ts';
import { sealDependencies } from '../shared/wiring.ts';

/** Lambda's schedule and a host's timer send events of their own; nothing in them matters. */
export type SealHandler = (event?: unknown) => Promise<SealSummary>;

export const createHandler = (dependencies: SealDependencies): SealHandler => {
  const seal = createSealFunction(dependencies);
  return () => seal();
};

const wired = onceMade(async () => createHandler(await sealDependencies()));

/** What a schedule runs: Lambda's, serverless-offline's, or the host's timer. */
export const handler: SealHandler = async (event) => (await wired())(event);
