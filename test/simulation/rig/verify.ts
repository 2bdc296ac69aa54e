import { expect } from 'vitest';
import type { Finding } from '../../../shared/store/verify/finding.ts';
import { verifyStore } from '../../../shared/store/verify/verify.ts';
import type { SimulatedMount } from './mount.ts';
import { type Program, signer, spanPositions, store, type World } from './world.ts';

/** What `fi verify` finds. */
export const findingsOf = async (world: World, files: SimulatedMount): Promise<readonly Finding[]> => {
  const findings: Finding[] = [];
  await verifyStore({
    store,
    files,
    trusted: [signer.verifierKey],
    witness: { found: (finding) => findings.push(finding), noted: () => {}, progress: () => {} },
    clock: world.clock,
    random: (target) => world.scheduler.random.fill(target),
    spanPositions,
  });
  return findings;
};

/** Verifies again and again while others write; whatever they do, and wherever they stop, is no damage. */
export const verifying =
  (world: World, times: number): Program =>
  async (files) => {
    for (let time = 0; time < times; time++) {
      expect(await findingsOf(world, files)).toEqual([]);
      await world.clock.sleep(world.scheduler.random.below(60_000));
    }
  };
