import type { Scenario } from '../scenarios/scenario.ts';
import type { Outcome } from './measure-once.ts';
import type { Progress } from './run-scenarios.ts';

const inWords = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} minutes`;

export const outcomeInWords = (outcome: Outcome): string => {
  if (outcome.kind !== 'measured') return `${outcome.kind}: ${outcome.reason}`;
  const { repeat } = outcome;
  return repeat.lost === 0 ? `${repeat.seconds.toFixed(0)} s` : `${repeat.lost} EVENTS LOST`;
};

/** Says on standard error what runs, and how long the rest takes once each scenario ran once. */
export const createProgress = (
  scenarios: readonly Scenario[],
  repeats: number,
  say: (line: string) => void,
): Progress => {
  const timesOf = ({ mostRepeats = repeats }: Scenario): number => Math.min(mostRepeats, repeats);
  const all = scenarios.reduce((sum, scenario) => sum + timesOf(scenario), 0);
  const seconds = new Map<string, number>();
  const ran = new Map<string, number>();
  let begun = 0;
  const secondsLeft = (): number | undefined => {
    let sum = 0;
    for (const scenario of scenarios) {
      const left = timesOf(scenario) - (ran.get(scenario.name) ?? 0);
      const each = seconds.get(scenario.name);
      if (left > 0 && each === undefined) return undefined;
      sum += left * (each ?? 0);
    }
    return sum;
  };
  return {
    begins: ({ name }, repeat) => {
      const left = secondsLeft();
      const rest = left === undefined ? '' : `, ${inWords(left)} left`;
      say(`[${++begun}/${all}] ${name}, repeat ${repeat}${rest}`);
    },
    ended: (scenario, outcome) => {
      const { name } = scenario;
      if (outcome.kind === 'measured') seconds.set(name, outcome.repeat.seconds);
      else if (!seconds.has(name)) seconds.set(name, 0);
      ran.set(name, outcome.kind === 'skipped' ? timesOf(scenario) : (ran.get(name) ?? 0) + 1);
      say(`    ${outcomeInWords(outcome)}`);
    },
  };
};
