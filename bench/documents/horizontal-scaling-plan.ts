import { billRows, phaseRows, purchaseRows, reachRows, triggerRows, validationRows } from '../capacity/report/text.ts';
import { inWords } from '../capacity/report/words.ts';
import type { PhaseNeed } from '../capacity/roadmap/phases.ts';
import { isConclusive, toleratedError, type ValidatedTrial } from '../capacity/validation/validate.ts';
import { figure, percent } from '../report/format.ts';
import { type CapacityFigures, capacityCommand } from './capacity-figures.ts';
import { roadmap, target } from './claims.ts';
import { heading, list, page, quoted, table } from './markdown.ts';
import { documentOf } from './measured-document.ts';
import { runsSection, writtenBy } from './provenance.ts';

/** How full a node's processors may be at the peak: the rest is for merges and for what was not foreseen. */
const comfortableShare = 0.5;

/** What the model says of a phase of the roadmap. */
const phaseSentence = ({ phase, busyShare, p95Ms, rates }: PhaseNeed): string => {
  const nodes = Math.max(1, Math.ceil((busyShare * phase.nodes) / comfortableShare));
  const sessions = `${phase.name}, ${figure(phase.claimedSessionsADay)} sessions a day: ${figure(rates.peakPerSecond)} events/s at the peak keep ${percent(busyShare)} of its processors busy, p95 ${figure(p95Ms)} ms`;
  return nodes < phase.nodes
    ? `${sessions}. ${nodes} of its ${phase.nodes} nodes would do.`
    : `${sessions}. It needs its ${phase.nodes === 1 ? 'node' : `${phase.nodes} nodes`}${nodes > phase.nodes ? `, and more: ${nodes}` : ''}.`;
};

const isWithin = ({ figures }: ValidatedTrial): boolean =>
  figures.length > 0 && figures.every(({ error }) => Math.abs(error) <= toleratedError);

/** How far the model can be believed, by what was measured beside it. */
const validationSentences = (trials: readonly ValidatedTrial[]): readonly string[] => {
  if (trials.length === 0)
    return ['**Nothing was validated in this run**: what follows is a prediction. Add `--validate`.'];
  const within = trials.filter(isWithin).length;
  const off = trials.filter((trial) => !isWithin(trial) && isConclusive(trial)).map(({ name }) => name);
  const unknown = trials.filter((trial) => !isWithin(trial) && !isConclusive(trial)).map(({ name }) => name);
  return [
    `${within} of ${trials.length} trials are predicted within ${percent(toleratedError)}.`,
    ...(off.length === 0
      ? []
      : [`**Do not rely on the model** for loads like ${off.join(', ')}: it is further off there.`]),
    ...(unknown.length === 0 ? [] : [`Inconclusive, since the machine was busy: ${unknown.join(', ')}.`]),
  ];
};

const advice = ({ result: { answer } }: CapacityFigures): readonly string[] => {
  const [first] = answer.purchases;
  const last = answer.phases.at(-1);
  const wanted = answer.demand.sessionsADay;
  const largest = answer.reaches.toSorted((left, right) => left.sessionsADay - right.sessionsADay).at(-1);
  return [
    ...answer.phases.map(phaseSentence),
    ...(first === undefined
      ? []
      : [
          first.sessionsADay > wanted
            ? `Buy nothing for ${figure(wanted)} sessions a day; the first thing to run out, at ${figure(first.sessionsADay)}, is ${first.what}.`
            : `For ${figure(wanted)} sessions a day this runs out first, at ${figure(first.sessionsADay)}: ${first.what}.`,
        ]),
    ...(last === undefined || largest === undefined
      ? []
      : [
          largest.mostPerSecond >= last.phase.claimedRequestsPerSecond
            ? `${figure(last.phase.claimedRequestsPerSecond)} req/s fit one node of ${largest.processors} processors: scale up before scaling out.`
            : `${figure(last.phase.claimedRequestsPerSecond)} req/s take more than one node of ${largest.processors} processors (${figure(largest.mostPerSecond)} events/s).`,
        ]),
  ];
};

const render = ({ capacity }: { readonly capacity: CapacityFigures }): string => {
  const { answer, validation } = capacity.result;
  return page([
    heading(1, 'Horizontal scaling plan'),
    writtenBy,
    "What stands here is **modelled**: a simulation of the product, calibrated on the machine below. Disks other than its own are modelled from the report's table, AWS from its published rules and prices.",
    heading(2, 'What the report plans'),
    quoted(target),
    table(
      ['phase (report, section 3)', 'cost', 'capacity', 'p95', 'RPS'],
      roadmap.map(({ phase, cost, sessionsADay, p95Ms, requestsPerSecond }) => [
        phase,
        cost,
        `${figure(sessionsADay)} sessions a day`,
        `${figure(p95Ms)} ms`,
        `${figure(requestsPerSecond)} req/s`,
      ]),
    ),
    heading(2, 'How far the model can be believed'),
    validation.length === 0 ? '' : capacity.table(validationRows(validation)),
    list(validationSentences(validation)),
    heading(2, 'What it takes'),
    inWords(answer).join(' '),
    capacity.table(phaseRows(answer)),
    heading(2, 'How far one node goes'),
    capacity.table(reachRows(answer)),
    heading(2, 'When the next purchase pays'),
    capacity.table(purchaseRows(answer)),
    heading(2, 'On AWS instead'),
    capacity.table(billRows(answer)),
    capacity.table(triggerRows(answer)),
    heading(2, 'What to do'),
    list(advice(capacity)),
    runsSection([{ command: capacityCommand, run: capacity.result }]),
  ]);
};

export const horizontalScalingPlan = documentOf('HORIZONTAL_SCALING_PLAN.md', ['capacity'], render);
