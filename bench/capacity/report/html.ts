import { escapeHtml } from '../../report/html/escape-html.ts';
import type { Line } from '../../report/html/line-plot.ts';
import { linePlot } from '../../report/html/line-plot.ts';
import { page, table } from '../../report/html/page.ts';
import type { CapacityAnswer } from '../answer.ts';
import { awsPrices } from '../aws/behaviour.ts';
import type { ValidatedTrial } from '../validation/validate.ts';
import {
  billRows,
  phaseOnAwsRows,
  phaseRows,
  purchaseRows,
  type Rows,
  reachRows,
  triggerRows,
  validationRows,
} from './text.ts';
import { inWords } from './words.ts';

const section = (title: string, { head, rows }: Rows): string =>
  `<h2>${escapeHtml(title)}</h2>\n${table(
    head,
    rows.map((row) => row.map(escapeHtml)),
  )}`;

const latencyPlot = ({ curve }: CapacityAnswer): string =>
  linePlot({
    title: 'One node of 4 processors: acceptance over the rate',
    xTitle: 'single events a second',
    yTitle: 'p95, ms',
    lines: [{ name: 'p95', points: curve }],
  });

const backlogPlot = ({ triggers }: CapacityAnswer): string =>
  linePlot({
    title: 'SQS triggers after the peak begins',
    xTitle: 'seconds',
    yTitle: 'messages waiting',
    lines: triggers.map(
      ({ mode, simulated }): Line => ({
        name: mode.kind === 'on-demand' ? `on demand, ${mode.maximumConcurrency}` : 'provisioned',
        points: simulated.backlog,
      }),
    ),
  });

const sources = (): string => {
  const { prices, readOn, note } = awsPrices();
  const rows = Object.values(prices).map(({ what, value, source, publishedOn }) => [
    what,
    String(value),
    source,
    publishedOn,
  ]);
  return `<p>${escapeHtml(`${note} Read on ${readOn}.`)}</p>\n${table(
    ['price', 'USD', 'source', 'of'],
    rows.map((row) => row.map(escapeHtml)),
  )}`;
};

/** The answer, and what was validated, as one HTML file. */
export const renderCapacityHtml = (
  answer: CapacityAnswer,
  trials: readonly ValidatedTrial[],
  calibratedOn: string,
): string =>
  page('fi-events capacity', [
    `<p>Calibrated on ${escapeHtml(calibratedOn)}.</p>`,
    `<p>${inWords(answer).map(escapeHtml).join('<br>\n')}</p>`,
    trials.length === 0 ? '' : section('Predicted and measured', validationRows(trials)),
    section('The roadmap', phaseRows(answer)),
    section('How far one node goes', reachRows(answer)),
    latencyPlot(answer),
    section('When the next purchase pays', purchaseRows(answer)),
    section('On AWS', billRows(answer)),
    section('The roadmap on AWS', phaseOnAwsRows(answer)),
    section('Its SQS trigger when the peak begins at once', triggerRows(answer)),
    backlogPlot(answer),
    `<h2>Prices</h2>\n${sources()}`,
  ]);
