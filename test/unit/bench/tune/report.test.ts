import { describe, expect, it } from 'vitest';
import { keyOf } from '../../../../bench/tune/configuration.ts';
import { confirmationOf } from '../../../../bench/tune/confirm/confirmation.ts';
import { renderHtml } from '../../../../bench/tune/report/html.ts';
import { reportOf, type TuneReport } from '../../../../bench/tune/report/report.ts';
import { renderText } from '../../../../bench/tune/report/text.ts';
import type { Search } from '../../../../bench/tune/search/search.ts';
import type { Trial } from '../../../../bench/tune/trial/trial.ts';
import { configuration, measured, request, search, trial } from './fixtures.ts';

const machine = {
  processor: 'a processor',
  processors: 2,
  memoryMB: 8_000,
  system: 'Linux',
  node: 'v24',
  fileSystem: 'ext4',
  disk: 'a disk',
};

const quick = configuration({ windowMs: 20 });
const costs = [2, 2.1, 2.2, 2.3, 9];
const trials: readonly Trial[] = [
  ...costs.map((cost, at) => trial(request({ repeat: at + 1 }), measured({ p95: 220, bytes: 200, cost }))),
  ...costs.map((cost, at) =>
    trial(request({ repeat: at + 1, configuration: quick }), measured({ p95: 40, bytes: 300, cost: cost / 2 })),
  ),
];

/** One rung alone, so that all trials are of the last one. */
const small = (changes: Partial<Search> = {}): Search =>
  search({ configurations: 2, finalists: 2, repeats: 5, ...changes });

const reported = (changes: Partial<Search>, made: readonly Trial[], more: Partial<TuneReport> = {}): TuneReport =>
  reportOf(small(changes), made, { confirmation: undefined, machine, revision: undefined, ...more });

describe('the report of a search', () => {
  it('says what is recommended, how sure that is, and what it is compared with', () => {
    const text = renderText(reported({}, trials));
    expect(text).toContain(`For p95<250ms,cost: ${keyOf(quick)}.`);
    expect(text).toMatch(/the best of the finalists in (9\d|100) % of the resamples \(bootstrap over 5 repeats each\)/);
    expect(text).toContain('It keeps the bounds of the goal in 100 % of the resamples.');
    expect(text).toMatch(/202 to readable, 95 % are quicker +40\.0 ms +220 ms/);
    expect(text).toContain('10 trials. Events accepted and then lost: 0; readable twice: 0');
  });

  it('says so where no bound is kept, the machine was busy, a medium is modelled or a target unknown', () => {
    expect(renderText(reported({ goal: 'p95<1ms,cost' }, trials))).toContain(
      'NO configuration that was measured keeps',
    );
    const busy = trials.map((each) => ({ ...each, noise: ['others'] }));
    expect(renderText(reported({}, busy))).toContain('5 of its 5 repeats were measured on a busy machine');
    const space = { ...search().space, medium: ['hdd'] };
    expect(renderText(reported({ space }, trials))).toContain('MODELLED store media: hdd');
    const one = Object.fromEntries(Object.entries(space).map(([axis, values]) => [axis, values.slice(0, 1)]));
    const unknown = { target: 'https://events.example.org', space: one as unknown as Search['space'] };
    expect(renderText(reported(unknown, trials))).toContain('What a deployment at a URL is set to is not known');
  });

  it('counts lost events, and recommends nothing where nothing was whole', () => {
    const lossy = trials.map((each) => ({ ...each, outcome: measured({ p95: 1 }, { lost: 2 }) }));
    const text = renderText(reported({}, lossy));
    expect(text).toContain('Events accepted and then lost: 20');
    expect(text).toContain('nothing is recommended');
    const failed = [trial(request(), { kind: 'failed', reason: 'it did not start' })];
    expect(renderText(reported({}, failed))).toContain('failed (rung 1): it did not start');
  });

  it('is one HTML file with plots, outliers and the verdict of a fresh run', () => {
    const claim = {
      goal: 'p95<250ms,cost',
      recommended: keyOf(quick),
      usual: keyOf(configuration()),
      keepsBounds: true,
      seed: 1,
    };
    const html = renderHtml(reported({}, trials, { confirmation: confirmationOf(claim, trials) }));
    expect(html.match(/<svg viewBox="0 0 640 320"/g)?.length).toBeGreaterThanOrEqual(2);
    expect(html).toContain('an outlier, not in the median');
    expect(html).toContain('CONFIRMED by a fresh run');
    expect(html).toContain('https://aws.amazon.com/lambda/pricing/');
    expect(html).not.toMatch(/<script|src="http|NaN|undefined/);
  });

  it('escapes what others wrote', () => {
    const workload = { ...search().workload, what: '<b>mine</b>' };
    expect(renderHtml(reported({ workload }, trials))).not.toContain('<b>mine');
  });
});
