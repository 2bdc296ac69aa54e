import { benchmarkReport } from './benchmark-report.ts';
import { latencyBudget } from './latency-budget.ts';
import type { MeasuredDocument } from './measured-document.ts';
import { microProfilingPlan } from './micro-profiling-plan.ts';

export const allDocuments: readonly MeasuredDocument[] = [latencyBudget, microProfilingPlan, benchmarkReport];
