import type { StageName } from '../profile/stages.ts';
import { percent } from '../report/format.ts';
import { type Optimisation, type OptimisationName, optimisations } from './claims.ts';
import type { ProfileFigures } from './profile-figures.ts';

interface Reach {
  readonly subject: string;
  readonly stages: readonly StageName[];
  readonly where: string;
  /** Why there is nothing left to do of it. */
  readonly inPlace?: string;
}

/** What each of the report's optimisations could make quicker here. */
const reachOf: Readonly<Record<OptimisationName, Reach>> = {
  orjson: { subject: 'front-single', stages: ['ingest'], where: 'INGEST, parsing and validation, in the front' },
  uvloop: {
    subject: 'front-single',
    stages: ['http', 'node'],
    where: 'HTTP and the event loop, in the front',
    inPlace: "Node's event loop is libuv, which uvloop is made of",
  },
  xxHash: { subject: 'front-single', stages: ['hash'], where: 'HASH, in the front' },
  gzip1: {
    subject: 'persist',
    stages: ['hdf5', 'deflate', 'poolThreads'],
    where: 'HDF5 with its deflate, in PERSIST',
    inPlace: 'level 0 is written with gzip-1, unless a policy or FI_COMPRESSION says otherwise',
  },
  chunks: {
    subject: 'persist',
    stages: ['hdf5', 'columns'],
    where: 'HDF5 and columns, in PERSIST',
    inPlace: 'a part is written whole, with chunks of its own size; nothing is appended to',
  },
};

/** What an optimisation can bring here. */
export interface Gain {
  readonly optimisation: Optimisation;
  readonly where: string;
  /** Of the subject's processor time, 0 to 1: what would be saved if its stages took nothing at all. */
  readonly share: number;
  /** The same if they became as much quicker as is claimed; undefined where the claim is about the whole. */
  readonly asClaimed: number | undefined;
  readonly inPlace: string | undefined;
}

export const gainsOf = (profile: ProfileFigures): readonly Gain[] =>
  (Object.keys(optimisations) as OptimisationName[]).map((name) => {
    const optimisation: Optimisation = optimisations[name];
    const { subject, stages, where, inPlace }: Reach = reachOf[name];
    const share = profile.share(subject, stages);
    const { timesQuicker } = optimisation;
    return { optimisation, where, share, asClaimed: timesQuicker && share * (1 - 1 / timesQuicker), inPlace };
  });

/** Savings below this are not worth a dependency, or a weaker promise. */
const worthwhile = 0.05;
/** What to make of it, in a sentence. */
export const gainInWords = ({ optimisation: { name, ofTheWhole = 0 }, share, asClaimed, inPlace }: Gain): string => {
  const most = asClaimed ?? share;
  if (inPlace !== undefined) return `**${name}**: in place: ${inPlace}. What is left of its work is ${percent(share)}.`;
  if (share < ofTheWhole) {
    return `**${name}**: cannot bring the ${percent(ofTheWhole)} that are claimed; all of its work is ${percent(share)}.`;
  }
  if (most < worthwhile) return `**${name}**: leave it. Even as quick as claimed it saves ${percent(most)}.`;
  return `**${name}**: at most ${percent(most)} could be saved; measure it by \`npm run bench:compare\` before it is kept.`;
};
