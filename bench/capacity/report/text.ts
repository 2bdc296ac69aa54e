import { renderTable } from '../../../localstack/cli/table.ts';
import { reasonsOf } from '../../report/evaluate.ts';
import { figure } from '../../report/format.ts';
import { type BenchResult, quickestCalibrationMs } from '../../run/result.ts';
import type { CapacityAnswer } from '../answer.ts';
import { awsPrices } from '../aws/behaviour.ts';
import { totalOf } from '../aws/monthly-cost.ts';
import { hardware } from '../roadmap/phases.ts';
import { isConclusive, toleratedError, type ValidatedTrial } from '../validation/validate.ts';
import { inWords } from './words.ts';

const percent = (share: number): string => `${figure(share * 100)} %`;
const signed = (share: number): string => `${share >= 0 ? '+' : ''}${(share * 100).toFixed(0)} %`;

/** Rows of a table with a head. */
export interface Rows {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const phaseRows = ({ phases }: CapacityAnswer): Rows => ({
  head: [
    'phase',
    'claims',
    'sessions need',
    'of its processors',
    'p95',
    'disk lasts',
    'claimed req/s would be',
    'nodes for those',
  ],
  rows: phases.map(({ phase, rates, busyShare, p95Ms, yearsOfStorage, claimedRateInSessions, nodesForClaimedRate }) => [
    `${phase.name}: ${phase.nodes} x ${phase.processorsPerNode} processors, ${phase.storage}`,
    `${figure(phase.claimedSessionsADay)} sessions a day, ${figure(phase.claimedRequestsPerSecond)} req/s`,
    `${figure(rates.peakPerSecond)} events/s at the peak`,
    percent(busyShare),
    `${figure(p95Ms)} ms`,
    `${figure(yearsOfStorage)} years`,
    `${figure(claimedRateInSessions)} sessions a day`,
    String(nodesForClaimedRate),
  ]),
});

export const reachRows = ({ reaches }: CapacityAnswer): Rows => ({
  head: ['one node', 'hosts', 'accepts and stores', 'as the peak of'],
  rows: reaches.map(({ processors, hosts, mostPerSecond, sessionsADay }) => [
    `${processors} processors`,
    String(hosts),
    `${figure(mostPerSecond)} events/s`,
    `${figure(sessionsADay)} sessions a day`,
  ]),
});

export const triggerRows = ({ triggers }: CapacityAnswer): Rows => ({
  head: ['trigger', 'stored p50', 'p95', 'invocations at a time', 'waiting after two minutes'],
  rows: triggers.map(({ mode, simulated }) => [
    mode.kind === 'on-demand'
      ? `on demand, at most ${mode.maximumConcurrency} at a time`
      : `provisioned, ${mode.minimumPollers} to ${mode.maximumPollers} pollers`,
    `${figure(simulated.stored.p50Ms / 1_000)} s`,
    `${figure(simulated.stored.p95Ms / 1_000)} s`,
    figure(simulated.concurrency),
    `${figure(simulated.backlogMessages)} messages`,
  ]),
});

export const billRows = ({ bill }: CapacityAnswer): Rows => ({
  head: ['AWS', `${awsPrices().currency} a month`],
  rows: [...bill.map(({ what, perMonth }) => [what, figure(perMonth)]), ['all', figure(totalOf(bill))]],
});

export const phaseOnAwsRows = ({ phasesOnAws }: CapacityAnswer): Rows => ({
  head: ['sessions of', 'on AWS', "the phase's hardware", 'has paid for itself after'],
  rows: phasesOnAws.map(({ phase, perMonth, hardwareCost, monthsUntilPaid }) => [
    phase,
    `${figure(perMonth)} USD a month`,
    `${figure(hardwareCost)} USD`,
    hardwareCost === 0 ? 'it is there' : `${figure(monthsUntilPaid)} months`,
  ]),
});

export const purchaseRows = ({ purchases }: CapacityAnswer): Rows => ({
  head: ['what one node runs out of', 'from'],
  rows: purchases.map(({ what, sessionsADay }) => [what, `${figure(sessionsADay)} sessions a day`]),
});

const verdictOf = (trial: ValidatedTrial, error: number): string => {
  if (Math.abs(error) <= toleratedError) return 'within 20 %';
  return isConclusive(trial) ? 'NOT within 20 %' : 'inconclusive: the machine was busy';
};

export const validationRows = (trials: readonly ValidatedTrial[]): Rows => ({
  head: ['trial', 'figure', 'predicted', 'measured', 'error', 'verdict', 'quiet repeats', 'others had'],
  rows: trials.flatMap((trial) =>
    trial.figures.map(({ what, unit, predicted, measured, error }) => [
      trial.what,
      what,
      `${figure(predicted)} ${unit}`,
      `${figure(measured)} ${unit}`,
      signed(error),
      verdictOf(trial, error),
      `${trial.repeats - trial.noise.length} of ${trial.repeats}`,
      percent(trial.othersShare),
    ]),
  ),
});

const tableOf = ({ head, rows }: Rows): string => renderTable([head, ...rows], 'words');

/** Where and when costs were measured, and whether the machine was busy: then they are too high rather than too low. */
export const calibrationText = (calibration: BenchResult): string => {
  const { processor, processors, memoryMB, node } = calibration.machine;
  const quickestMs = quickestCalibrationMs(calibration);
  const repeats = calibration.scenarios.flatMap((scenario) => scenario.repeats);
  const noisy = repeats.filter((repeat) => reasonsOf(repeat, quickestMs).length > 0).length;
  const where = `${processors} x ${processor}, ${figure(memoryMB)} MB, Node ${node}, ${calibration.startedAt.slice(0, 10)}`;
  if (noisy === 0) return where;
  return `${where}; others used the machine in ${noisy} of ${repeats.length} measurements, so that its costs are too high rather than too low`;
};

/** The answer as a terminal shows it. */
export const renderAnswer = (answer: CapacityAnswer, calibratedOn: string): string => {
  const { source, date } = hardware();
  const { region, readOn } = awsPrices();
  return [
    `Calibrated on ${calibratedOn}.\nAnother machine is another calibration (--calibrate); how well a machine is predicted, --validate shows.\n`,
    `${inWords(answer).join('\n')}\n`,
    `The roadmap of "${source}" (${date}), its own claims and what they need:\n${tableOf(phaseRows(answer))}`,
    `How far one node goes:\n${tableOf(reachRows(answer))}`,
    `When the next purchase pays, for one node of 4 processors:\n${tableOf(purchaseRows(answer))}`,
    `On AWS (${region}, list prices read on ${readOn}; see bench/capacity/data):\n${tableOf(billRows(answer))}`,
    tableOf(phaseOnAwsRows(answer)),
    `Its SQS trigger when the peak begins at once:\n${tableOf(triggerRows(answer))}`,
  ].join('\n');
};

/** The table of a validation, with what was not quiet. */
export const renderValidation = (trials: readonly ValidatedTrial[]): string => {
  const noise = trials.flatMap(({ name, noise: reasons }) => reasons.map((reason) => `  ${name}, ${reason}\n`));
  const failures = trials.flatMap(({ name, failures: all }) => all.map((failure) => `  FAILED ${name}: ${failure}\n`));
  return `Predicted and measured; nothing of it was calibrated on:\n${tableOf(validationRows(trials))}${noise.join('')}${failures.join('')}`;
};
