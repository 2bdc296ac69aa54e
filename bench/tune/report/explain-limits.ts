import { median } from '../../measure/quantile.ts';
import { figure } from '../../report/format.ts';
import type { Summary } from '../search/summarise.ts';
import type { Facts } from '../trial/trial.ts';

/** From these shares on something is said to bind. */
const busyShare = 0.85;
const partShare = 0.4;

/** Parts of fewer events cost more for themselves than for what is in them. */
const smallPartEvents = 20;

const factOf = (facts: readonly Facts[], name: keyof Facts): number | undefined => {
  const values = facts.flatMap(({ [name]: value }) => (value === undefined ? [] : [value]));
  return values.length === 0 ? undefined : median(values);
};

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

const windowLimit = ({ configuration, values }: Summary): readonly string[] => {
  const { p95 } = values;
  const { windowMs } = configuration;
  if (p95 === undefined || windowMs < p95 * partShare) return [];
  return [
    `The window binds latency: a batch gathers for up to ${windowMs} ms, and 95 % of the events are readable after ${figure(p95)} ms.`,
  ];
};

const persistLimit = ({ values, facts }: Summary): readonly string[] => {
  const [persistMs, share, perBatch] = [
    factOf(facts, 'persistMs'),
    factOf(facts, 'consumerShare'),
    factOf(facts, 'eventsPerBatch'),
  ];
  if (persistMs === undefined || share === undefined || perBatch === undefined) return [];
  if (share > busyShare) {
    return [`The processor of the consumer binds: each of its threads was busy for ${percent(share)} of the time.`];
  }
  if (values.p95 === undefined || persistMs < values.p95 * partShare) return [];
  return [
    `The store binds: a part of ${figure(perBatch)} events takes ${figure(persistMs)} ms to be written and synced, while the consumer's threads are busy for only ${percent(share)} of the time.`,
  ];
};

/** Of the middle event, since a mean of latencies is not measured. */
const queueLimit = ({ configuration, values, facts }: Summary): readonly string[] => {
  const [persistMs, share] = [factOf(facts, 'persistMs'), factOf(facts, 'consumerShare')];
  const { p50 } = values;
  if (p50 === undefined || persistMs === undefined) return [];
  const waitsMs = p50 - configuration.windowMs - persistMs;
  if (waitsMs < p50 * partShare) return [];
  const waits = `of the ${figure(p50)} ms until the middle event is readable it waits ${figure(waitsMs)} ms in the queue, while the consumer takes ${figure(persistMs)} ms a batch`;
  if (share === undefined) return [`The consumer binds: ${waits}.`];
  const busy = `its threads busy for ${percent(share)} of the time`;
  return share > partShare
    ? [`The consumer binds: ${waits}, ${busy}.`]
    : [
        `The consumer does not get to work: ${waits}, ${busy}. It waits for the store, for messages, or for a processor that others have.`,
      ];
};

const backlogLimit = ({ values, facts }: Summary): readonly string[] => {
  const drainMs = factOf(facts, 'drainMs');
  if (drainMs === undefined || values.p95 === undefined || drainMs < 1_000 || drainMs < values.p95) return [];
  return [
    `The consumer falls behind: after the last request the queue took ${figure(drainMs / 1_000)} s to become empty, so that latency grows with the length of a run.`,
  ];
};

const machineLimit = ({ facts }: Summary): readonly string[] => {
  const share = factOf(facts, 'machineShare');
  if (share === undefined || share < busyShare) return [];
  return [
    `The machine is full: host and load generator together had ${percent(share)} of its processors. On a machine of its own the host would have more.`,
  ];
};

const partsLimit = ({ facts, values }: Summary): readonly string[] => {
  const perBatch = factOf(facts, 'eventsPerBatch');
  if (perBatch === undefined || perBatch > smallPartEvents || values.bytes === undefined) return [];
  return [
    `Parts are small: ${figure(perBatch)} events each, so that a part's own ${figure(values.bytes)} bytes an event are mostly its frame. Sealing and merging make up for that later.`,
  ];
};

/** Says in words which limits bind a configuration; one sentence each. */
export const explainLimits = (summary: Summary): readonly string[] => {
  const found = [windowLimit, persistLimit, queueLimit, backlogLimit, machineLimit, partsLimit].flatMap((limit) =>
    limit(summary),
  );
  const busy =
    summary.noisy === 0 ? [] : ['Others used the machine meanwhile: what seems to be a limit here may have been them.'];
  if (found.length > 0) return [...found, ...busy];
  return [
    'Nothing binds: no queue grows, no processor is full, and neither window nor store makes up most of the latency.',
    ...busy,
  ];
};
