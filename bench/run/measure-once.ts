import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { type NoiseWatch, watchNoise } from '../measure/noise.ts';
import { type Metric, type Observation, Skipped } from '../scenarios/scenario.ts';
import type { Repeat } from './result.ts';

/** Something that is measured on an empty folder. */
export interface Measurable {
  readonly name: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  /** @throws Skipped where this machine lacks what it needs */
  run(folder: string): Promise<Observation>;
}

/** What became of one repeat. */
export type Outcome =
  | { readonly kind: 'measured'; readonly repeat: Repeat }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** An error in one line, its cause with it. */
export const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
};

/** Only what is declared, and of that only what there is: JSON has no NaN. */
const declaredValues = ({ metrics }: Measurable, { values }: Observation): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(values).filter(([name, value]) => name in metrics && Number.isFinite(value)));

export interface MeasureOptions {
  /** Where its folder is made, and removed again. */
  readonly parent: string;
  /** What is watched beside it. Default: this machine. */
  readonly watch?: (() => NoiseWatch) | undefined;
}

/**
 * Measures once, and watches what else the machine does meanwhile.
 * @param repeat from 1
 */
export const measureOnce = async (
  measurable: Measurable,
  repeat: number,
  { parent, watch = watchNoise }: MeasureOptions,
): Promise<Outcome> => {
  const folder = await mkdtemp(path.join(parent, `${measurable.name}-`));
  const startedAt = new Date().toISOString();
  const startMs = performance.now();
  try {
    const noise = watch();
    const observation = await measurable.run(folder);
    const values = declaredValues(measurable, observation);
    const seconds = (performance.now() - startMs) / 1_000;
    return { kind: 'measured', repeat: { ...observation, values, repeat, startedAt, seconds, noise: noise.end() } };
  } catch (error) {
    return { kind: error instanceof Skipped ? 'skipped' : 'failed', reason: explain(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
