import { renderTable } from '../../localstack/cli/table.ts';
import { figure, percent } from '../report/format.ts';
import { stages } from './stages.ts';
import type { SubjectSummary } from './summarise.ts';

const subjectText = ({ subject, stages: times, usPerEvent, hottest, noisy }: SubjectSummary): string => {
  const stageRows = times.map(({ stage, us, share }) => [`  ${stages[stage].what}`, figure(us), percent(share)]);
  const functionRows = hottest.map(({ name, place, us }) => [`  ${name}`, place, figure(us)]);
  return [
    `${subject.name}: ${subject.what}\n`,
    renderTable([['  stage', 'µs an event', 'share'], ...stageRows, ['  together', figure(usPerEvent), '']], 'figures'),
    '\n',
    renderTable([['  function', 'where', 'µs an event'], ...functionRows], 'words'),
    ...[...noisy].map(([repeat, reasons]) => `  repeat ${repeat} was noisy: ${reasons.join('; ')}\n`),
  ].join('');
};

/** The profile as a terminal shows it. */
export const renderProfile = (summaries: readonly SubjectSummary[]): string => summaries.map(subjectText).join('\n');
