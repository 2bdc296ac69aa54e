import { accept } from './accept/comparison.ts';
import type { Comparison } from './comparison.ts';
import { drain } from './drain/comparison.ts';
import { formats } from './formats/comparison.ts';
import { queues } from './queues/comparison.ts';

/** In the order of a report. */
export const allComparisons: readonly Comparison[] = [accept, drain, queues, formats];
