import { WrongUsage } from '../../run/run-options.ts';
import { isMetricName, type MetricName, metricNames, tuneMetrics } from '../metrics.ts';

/** A bound that a configuration has to keep, in the metric's own unit. */
export interface Constraint {
  readonly metric: MetricName;
  readonly comparison: '<' | '<=' | '>' | '>=';
  readonly bound: number;
}

/** What a search is for: bounds first, then what is to be as good as it gets, the more important first. */
export interface Goal {
  /** As it was given. */
  readonly text: string;
  readonly constraints: readonly Constraint[];
  readonly objectives: readonly MetricName[];
}

/** How many of a metric's own units one of each unit is; without a unit it is the metric's own. */
const units: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ms: { '': 1, us: 0.001, µs: 0.001, ms: 1, s: 1_000 },
  µs: { '': 1, us: 1, µs: 1, ms: 1_000 },
  'events/s': { '': 1, '/s': 1, 'events/s': 1, 'k/s': 1_000 },
  B: { '': 1, B: 1, kB: 1_000, KiB: 1_024 },
  $: { '': 1, $: 1, USD: 1 },
  '%': { '': 1, '%': 1 },
};

const metricOf = (text: string): MetricName => {
  if (isMetricName(text)) return text;
  throw new WrongUsage(`goal: there is no metric "${text}"; there are ${metricNames.join(', ')}`);
};

const constraintPattern = /^(\S+?)\s*(<=|>=|≤|≥|<|>)\s*(.*)$/u;
const quantityPattern = /^(\d+(?:\.\d+)?)\s*(\S*)$/u;

const comparisonOf = (sign: string): Constraint['comparison'] => {
  if (sign === '≤') return '<=';
  return sign === '≥' ? '>=' : (sign as Constraint['comparison']);
};

const constraintOf = (name: string, sign: string, quantity: string): Constraint => {
  const metric = metricOf(name);
  const { unit, better } = tuneMetrics[metric];
  const known = units[unit] ?? {};
  const [, number, given] = quantityPattern.exec(quantity) ?? [];
  const factor = given === undefined ? undefined : known[given];
  if (number === undefined || factor === undefined) {
    const allowed = Object.keys(known).filter((each) => each !== '');
    throw new WrongUsage(
      `goal: ${name} wants a number, with ${allowed.join(' or ')} behind it if anything, not "${quantity}"`,
    );
  }
  const comparison = comparisonOf(sign);
  if (comparison.startsWith('<') !== (better === 'lower')) {
    throw new WrongUsage(
      `goal: ${name} is better when ${better}, so bound it with ${better === 'lower' ? '<' : '>'}, not ${sign}`,
    );
  }
  return { metric, comparison, bound: Number(number) * factor };
};

/**
 * Reads a goal such as `p95<250ms,cost`: parts with commas between them, each a bound or the name of a metric that is to be as good as it gets.
 * @throws WrongUsage naming the part
 */
export const parseGoal = (text: string): Goal => {
  const constraints: Constraint[] = [];
  const objectives: MetricName[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') throw new WrongUsage(`goal: "${text}" has an empty part; write e.g. p95<250ms,cost`);
    const [, name, sign, quantity] = constraintPattern.exec(part) ?? [];
    if (name !== undefined && sign !== undefined && quantity !== undefined) {
      constraints.push(constraintOf(name, sign, quantity));
      continue;
    }
    const objective = metricOf(part);
    if (objectives.includes(objective)) throw new WrongUsage(`goal: ${part} is named twice`);
    objectives.push(objective);
  }
  if (objectives.length === 0) {
    throw new WrongUsage(
      `goal: name what is to be as good as it gets behind the bounds, e.g. ${text},cost; bounds alone may be kept by many`,
    );
  }
  return { text, constraints, objectives };
};
