import type { ProcessTimes } from './share-out.ts';

/** What a process did in a span, and for how many events. */
export interface Profiled extends ProcessTimes {
  readonly events: number;
}
