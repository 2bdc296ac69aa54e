import type { BenchFigures } from './bench-figures.ts';
import type { CapacityFigures } from './capacity-figures.ts';
import type { PeersFigures } from './peers-figures.ts';
import type { ProfileFigures } from './profile-figures.ts';
import type { TunedSearch } from './tuned-searches.ts';

/** What documents are written from, by the command that makes it. */
export interface Runs {
  readonly bench: BenchFigures;
  readonly profile: ProfileFigures;
  readonly peers: PeersFigures;
  readonly capacity: CapacityFigures;
}

export type RunName = keyof Runs;

/** What there is: runs that may be missing, and the searches of `npm run tune`, of which there may be any number. */
export type FoundRuns = Partial<Runs> & { readonly tuned?: readonly TunedSearch[] };

/** A document of docs/, without what it needs. */
export interface MeasuredDocument {
  /** In docs/. */
  readonly file: string;
  readonly needs: readonly RunName[];
  /** Undefined when a run that it needs is not there. */
  render(runs: FoundRuns): string | undefined;
}

/** Makes a document that is given what it needs, and what else there is, or not asked at all. */
export const documentOf = <Name extends RunName>(
  file: string,
  needs: readonly Name[],
  render: (runs: Pick<Runs, Name> & FoundRuns) => string,
): MeasuredDocument => ({
  file,
  needs,
  render: (runs) =>
    needs.every((name) => runs[name] !== undefined) ? render(runs as Pick<Runs, Name> & FoundRuns) : undefined,
});
