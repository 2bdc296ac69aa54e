import type { Scale } from '../../scenarios/scenario.ts';
import type { NodeTrial } from '../calibration/observe-node.ts';
import type { Surroundings } from '../node/configuration.ts';
import type { NodeCosts } from '../node/costs.ts';
import { type SimulatedNode, simulateNode } from '../node/simulate-node.ts';

export interface Conditions {
  /** What the machine was like while the trial ran: an input, since a prediction is for a machine and not for its other users. */
  readonly surroundings: Surroundings;
  readonly scale: Scale;
  readonly seed: number;
}

/** What the simulation says of a trial on this machine. */
export const predict = (trial: NodeTrial, costs: NodeCosts, conditions: Conditions): SimulatedNode => {
  const { surroundings, scale, seed } = conditions;
  const { load, settings } = trial;
  return simulateNode({ load, settings, surroundings }, costs, {
    warmUpMs: scale.warmUpMs,
    measureMs: scale.measureMs,
    seed,
  });
};
