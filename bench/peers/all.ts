import { accept } from './accept/comparison.ts';
import type { Comparison } from './comparison.ts';
import { queues } from './queues/comparison.ts';

/** In the order of a report. */
export const allComparisons: readonly Comparison[] = [accept, queues];
