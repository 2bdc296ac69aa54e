import { type StageName, stageNames } from '../profile/stages.ts';
import type { ReportStage } from './claims.ts';
import type { ProfileFigures } from './profile-figures.ts';

/** What an event goes through from its request to its part, in the order in which it does. */
export type BudgetStage = ReportStage | 'ENQUEUE' | 'beside';

interface Share {
  readonly subject: 'front-single' | 'consumer-single';
  readonly stages: readonly StageName[];
}

const frontStages: Readonly<Record<'INGEST' | 'SEGMENT' | 'HASH', readonly StageName[]>> = {
  INGEST: ['http', 'chain', 'ingest'],
  SEGMENT: ['segment'],
  HASH: ['hash'],
};
const queueStages: readonly StageName[] = ['packs', 'journal', 'queueServer', 'files', 'poolThreads'];
const takenInFront = [...Object.values(frontStages).flat(), ...queueStages];

/** PERSIST is all that the consumer does; ENQUEUE is ours, the report has its queue in phase 2. */
const sharesByStage: Readonly<Record<BudgetStage, Share>> = {
  INGEST: { subject: 'front-single', stages: frontStages.INGEST },
  SEGMENT: { subject: 'front-single', stages: frontStages.SEGMENT },
  HASH: { subject: 'front-single', stages: frontStages.HASH },
  ENQUEUE: { subject: 'front-single', stages: queueStages },
  beside: { subject: 'front-single', stages: stageNames.filter((name) => !takenInFront.includes(name)) },
  PERSIST: { subject: 'consumer-single', stages: stageNames },
};

export interface StageCost {
  readonly stage: BudgetStage;
  readonly what: string;
  /** Processor time of an event, in microseconds. */
  readonly us: number;
  /** Of all of them, 0 to 1. */
  readonly share: number;
}

const words: Readonly<Record<BudgetStage, string>> = {
  INGEST: 'INGEST, with HTTP and the middleware chain',
  SEGMENT: 'SEGMENT',
  HASH: 'HASH',
  ENQUEUE: 'ENQUEUE (ours): packs, the embedded queue and its disk',
  beside: "beside them in the front: Node's event loop, garbage collection, metrics",
  PERSIST: 'PERSIST: all that the consumer does, after the 202',
};

/** What single events cost, by the report's stages. */
export const stageCosts = (profile: ProfileFigures): readonly StageCost[] => {
  const costs = (Object.keys(sharesByStage) as BudgetStage[]).map((stage) => {
    const { subject, stages } = sharesByStage[stage];
    return { stage, what: words[stage], us: profile.us(subject, stages) };
  });
  const all = costs.reduce((sum, { us }) => sum + us, 0);
  return costs.map((cost) => ({ ...cost, share: cost.us / all }));
};
