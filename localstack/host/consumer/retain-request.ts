import type { RetainSummary } from '../../../shared/stages/retain.ts';

/** Asks the thread that writes for `functions/retain`. */
export const retainRequest = { kind: 'retain' } as const;

export const isRetainRequest = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'kind' in event && event.kind === retainRequest.kind;

/** Whether a run ended before everything was dropped. */
export const hasMore = (summary: unknown): boolean =>
  typeof summary === 'object' && summary !== null && (summary as Partial<RetainSummary>).more === true;
