import { describe, expect, it } from 'vitest';
import { CalibrationIncomplete, costsOf } from '../../../../bench/capacity/calibration/costs-of.ts';
import { fitNonNegative } from '../../../../bench/capacity/calibration/fit.ts';
import type { NodeTrial } from '../../../../bench/capacity/calibration/observe-node.ts';
import { calibrationTrials, validationTrials } from '../../../../bench/capacity/calibration/trials.ts';
import { alone } from '../../../../bench/capacity/node/configuration.ts';
import { workUs } from '../../../../bench/capacity/node/costs.ts';
import { simulateNode } from '../../../../bench/capacity/node/simulate-node.ts';
import { isConclusive, validate } from '../../../../bench/capacity/validation/validate.ts';
import type { BenchResult, ScenarioResult } from '../../../../bench/run/result.ts';
import { fullScale } from '../../../../bench/scenarios/scales.ts';
import { plantedCosts } from './fixtures/costs.ts';

const scale = { ...fullScale, warmUpMs: 300, measureMs: 1_000 };
const noise = {
  othersShare: 0,
  stolenShare: 0,
  before: { quickestMs: 1, medianMs: 1 },
  after: { quickestMs: 1, medianMs: 1 },
  loadAverage: 1,
};

const scenario = (name: string, values: Readonly<Record<string, number>>, more: object = {}): ScenarioResult => ({
  name,
  what: name,
  metrics: {},
  failures: [],
  repeats: [1, 2, 3].map((repeat) => ({ repeat, startedAt: '', seconds: 1, lost: 0, noise, values, ...more })),
});

/** What a bench would have measured of a node that costs what was planted. */
const measurementOf = (trial: NodeTrial): ScenarioResult => {
  const { load, settings } = trial;
  const surroundings = { ...alone(2), generatorIsLocal: true };
  const node = simulateNode({ load, settings, surroundings }, plantedCosts, { ...scale, seed: 9 });
  const perEvent = {
    requests: 1 / load.eventsPerRequest,
    events: 1,
    messages: 1 / node.eventsPerMessage,
    batches: 1 / node.eventsPerBatch,
  };
  return scenario(trial.name, {
    requestsPerSecond: node.requestsPerSecond,
    ...node.latency,
    frontUs: workUs(plantedCosts.front, perEvent),
    frontHelpersUs: workUs(plantedCosts.frontHelpers, perEvent),
    pollerUs: workUs(plantedCosts.poller, perEvent),
    workersUs: workUs(plantedCosts.worker, perEvent),
    consumerHelpersUs: workUs(plantedCosts.consumerHelpers, perEvent),
    generatorUs: workUs(plantedCosts.generator, perEvent),
    eventsPerBatch: node.eventsPerBatch,
  });
};

const {
  flushMs: flush,
  publishMs: publish,
  sealPerEventUs,
  mergePerEventUs,
  storedBytesPerEvent,
  sealThreadShare,
} = plantedCosts;
const result = (trials: readonly NodeTrial[]): BenchResult => ({
  format: 'fi-events bench',
  formatVersion: 1,
  startedAt: '2026-11-25T10:00:00.000Z',
  finishedAt: '2026-11-25T10:10:00.000Z',
  machine: { processor: 'planted', processors: 2, memoryMB: 1, system: '', node: '', fileSystem: '', disk: '' },
  revision: undefined,
  scaleName: 'full',
  scale,
  seed: 1,
  scenarios: [
    scenario('capacity-disk', {}, { spectra: { flush, publish } }),
    scenario('capacity-sealing', {
      sealUsPerEvent: sealPerEventUs,
      mergeUsPerEvent: mergePerEventUs,
      storedBytesPerEvent,
      threadShare: sealThreadShare,
    }),
    ...trials.map(measurementOf),
  ],
});

describe('a fit', () => {
  it('finds unknowns that explain everything', () => {
    const equations = [
      { factors: [1, 2, 0], value: 11 },
      { factors: [0, 1, 3], value: 19 },
      { factors: [2, 0, 1], value: 11 },
      { factors: [1, 1, 1], value: 12 },
    ];
    const found = fitNonNegative(equations, 3);
    expect(found.map((value) => Math.round(value * 1e6) / 1e6)).toEqual([3, 4, 5]);
  });

  it('keeps an unknown at nothing where it would come out negative', () => {
    const equations = [
      { factors: [1, 1], value: 1 },
      { factors: [1, 2], value: 0.5 },
    ];
    const [first, second] = fitNonNegative(equations, 2);
    expect(first).toBeGreaterThan(0);
    expect(second).toBe(0);
  });
});

/** Some seconds of simulation; a machine that is busy may take its time. */
const timeout = 120_000;

describe('a calibration', { timeout }, () => {
  const calibration = result(calibrationTrials);
  it('finds the costs that measurements were made with', () => {
    const found = costsOf(calibration, plantedCosts.messageBytesPerEvent);
    for (const name of ['front', 'frontHelpers', 'poller', 'consumerHelpers', 'worker', 'generator'] as const) {
      // As far as they matter: of single events at full speed, 20 a message.
      const amount = { requests: 1, events: 1, messages: 0.05, batches: 0.001 };
      expect(workUs(found[name], amount) / workUs(plantedCosts[name], amount)).toBeCloseTo(1, 1);
    }
    expect(found.flushMs).toEqual(plantedCosts.flushMs);
  });

  it('predicts what it was not calibrated on within 20 %', () => {
    const trials = validate(costsOf(calibration, plantedCosts.messageBytesPerEvent), result(validationTrials));
    expect(trials.map(({ name }) => name)).toEqual(validationTrials.map(({ name }) => name));
    for (const trial of trials) {
      expect(isConclusive(trial)).toBe(true);
      for (const { what, error } of trial.figures) {
        expect(Math.abs(error), `${trial.name}, ${what}`).toBeLessThan(0.2);
      }
    }
  });

  it('is refused when it lacks a trial, and says which', () => {
    const lacking = result(calibrationTrials.slice(1));
    expect(() => costsOf(lacking, 1_000)).toThrow(CalibrationIncomplete);
    expect(() => costsOf(lacking, 1_000)).toThrow(calibrationTrials[0]?.name);
  });

  it('shares no configuration with what it is validated by', () => {
    const essence = ({ load, settings }: NodeTrial): string => JSON.stringify([load, settings]);
    const calibrated = new Set(calibrationTrials.map(essence));
    expect(validationTrials.filter((trial) => calibrated.has(essence(trial)))).toEqual([]);
  });
});
