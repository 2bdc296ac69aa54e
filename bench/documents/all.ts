import { backpressureQueuesComparison } from './backpressure-queues-comparison.ts';
import { benchmarkReport } from './benchmark-report.ts';
import { horizontalScalingPlan } from './horizontal-scaling-plan.ts';
import { latencyBudget } from './latency-budget.ts';
import type { MeasuredDocument } from './measured-document.ts';
import { microProfilingPlan } from './micro-profiling-plan.ts';

export const allDocuments: readonly MeasuredDocument[] = [
  latencyBudget,
  microProfilingPlan,
  backpressureQueuesComparison,
  horizontalScalingPlan,
  benchmarkReport,
];
