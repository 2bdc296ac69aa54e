import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../bench/report/evaluate.ts';
import { linePlot } from '../../../bench/report/html/line-plot.ts';
import { renderHtml } from '../../../bench/report/html/render.ts';
import { renderText } from '../../../bench/report/text.ts';
import { benchResult, busy, repeat, scenarioResult } from './fixtures/result.ts';

const result = benchResult([
  {
    ...scenarioResult('accept-max', []),
    repeats: [
      repeat(
        1,
        { requestsPerSecond: 13_000, p95Ms: 4 },
        {
          spectra: {
            'request to 202': [
              [0, 0.5],
              [0.5, 1],
              [0.9, 2],
              [0.99, 5],
              [1, 9],
            ],
          },
          series: {
            'memory, MB': [
              [0, 100],
              [0.25, 180],
              [0.5, 140],
            ],
          },
        },
      ),
      repeat(2, { requestsPerSecond: 12_000, p95Ms: 5 }, { noise: busy }),
    ],
    failures: ['it ended with <1> & no answer'],
  },
  { ...scenarioResult('report-scripts', []), skipped: 'no "python3"' },
]);
const evaluation = evaluate(result);

/** Tags that are opened and never closed, or the other way round. */
const unbalanced = (html: string): readonly string[] => {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (name === 'meta') continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
};

describe('the HTML report', () => {
  const html = renderHtml(result, evaluation);

  it('needs nothing but itself', () => {
    expect(html).not.toMatch(/<(script|link|img|iframe)\b/);
    expect(html).not.toMatch(/\b(src|srcset)=|url\(|@import/);
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, target]) => target?.[0])).not.toContain('h');
  });

  it('is well formed, and escapes what others wrote', () => {
    expect(unbalanced(html)).toEqual([]);
    expect(html).toContain('it ended with &#60;1&#62; &#38; no answer');
    expect(html).toContain('skipped: no &#34;python3&#34;');
    expect(html).not.toContain('NaN');
  });

  it('shows every scenario, its values and its plots', () => {
    for (const { name } of result.scenarios) expect(html).toContain(`<h2 id="${name}">`);
    expect(html).toContain('12,500 req/s');
    expect(html).toContain('accept-max: latencies (ms)');
    expect(html).toContain('accept-max, first repeat (MB)');
    expect(html.match(/class="noisy"/g)).toHaveLength(2);
  });
});

describe('the report in a terminal', () => {
  const text = renderText(evaluation);

  it('has medians, noisy repeats with their reasons, budgets and losses', () => {
    expect(text).toContain('12,500 req/s');
    expect(text).toContain('repeat 2 was noisy: others had 40 % of the processors');
    expect(text).toContain('inconclusive: 2 of at least 3 repeats');
    expect(text).toContain('FAILED accept-max: it ended with <1> & no answer');
    expect(text).toContain('Events accepted and then lost: 0');
  });
});

describe('a plot', () => {
  const axes = { title: 'plot', xTitle: 's', yTitle: 'ms' };

  it('draws each line within its frame', () => {
    const svg = linePlot({
      ...axes,
      lines: [
        {
          name: 'a',
          points: [
            [0, 1],
            [5, 1_000],
            [10, 30],
          ],
        },
      ],
      yIsLogarithmic: true,
    });
    const [, path = ''] = /<path d="([^"]+)"/.exec(svg) ?? [];
    const points = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
    expect(points).toHaveLength(3);
    for (const [x, y] of points) {
      expect(x).toBeGreaterThanOrEqual(64);
      expect(x).toBeLessThanOrEqual(624);
      expect(y).toBeGreaterThanOrEqual(30);
      expect(y).toBeLessThanOrEqual(256);
    }
    // On a logarithmic axis 30 lies about half way from 1 to 1,000.
    const [first, highest, last] = points.map(([, y]) => y);
    expect(((first ?? 0) + (highest ?? 0)) / 2).toBeCloseTo(last ?? Number.NaN, -1);
  });

  it('says so where there is nothing to draw', () => {
    expect(linePlot({ ...axes, lines: [] })).toBe('<p>plot: no values</p>');
    expect(linePlot({ ...axes, lines: [{ name: 'a', points: [[0, 0]] }], yIsLogarithmic: true })).toContain(
      'no values',
    );
  });
});
