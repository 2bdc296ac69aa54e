import { stages } from '../profile/stages.ts';
import type { SubjectSummary } from '../profile/summarise.ts';
import { figure, percent } from '../report/format.ts';
import { gainInWords, gainsOf } from './gains.ts';
import { heading, list, page, table } from './markdown.ts';
import { documentOf } from './measured-document.ts';
import { type ProfileFigures, profileCommand } from './profile-figures.ts';
import { runsSection, writtenBy } from './provenance.ts';

const gainTable = (profile: ProfileFigures): string =>
  table(
    [
      'what the report proposes',
      'in its words',
      'what it could make quicker here',
      'that is',
      'saved, as quick as claimed',
    ],
    gainsOf(profile).map(({ optimisation: { name, quote, section }, where, share, asClaimed }) => [
      name,
      `${quote} (section ${section})`,
      where,
      percent(share),
      asClaimed === undefined ? '-' : percent(asClaimed),
    ]),
  );

/** From this share of a subject on, a function or the garbage of V8 is worth somebody's time. */
const worthALook = { function: 0.05, garbage: 0.25 } as const;

const adviceOf = ({ stages: times, hottest, usPerEvent }: SubjectSummary): readonly string[] => {
  const [largest] = times;
  const garbage = times
    .filter(({ stage }) => stage === 'garbage' || stage === 'v8Threads')
    .reduce((sum, { share }) => sum + share, 0);
  const hot = hottest.filter(({ us, stage }) => us / usPerEvent > worthALook.function && stage !== 'garbage');
  return [
    ...(largest === undefined ? [] : [`Most goes to ${stages[largest.stage].what}: ${percent(largest.share)}.`]),
    ...(garbage > worthALook.garbage
      ? [
          `V8 takes ${percent(garbage)} to collect garbage and to compile: fewer and longer-lived objects before quicker code.`,
        ]
      : []),
    hot.length === 0
      ? `No function takes more than ${percent(worthALook.function)} by itself: there is no single place to make quicker.`
      : `Look first at ${hot.map(({ name, us }) => `\`${name}\` (${percent(us / usPerEvent)})`).join(', ')}.`,
  ];
};

const subjectSection = (profile: ProfileFigures, summary: SubjectSummary): string => {
  const { subject, stages: times, usPerEvent, hottest, noisy } = summary;
  const doubt = profile.doubt(subject.name);
  const noise = [...noisy].map(([repeat, reasons]) => `repeat ${repeat} was noisy: ${reasons.join('; ')}`);
  return page([
    heading(3, subject.name),
    `${subject.what[0]?.toUpperCase()}${subject.what.slice(1)}: ${figure(usPerEvent)} µs of processor time an event${doubt === undefined ? '' : `; ${doubt}`}.`,
    table(
      ['stage', 'µs an event', 'share'],
      times.map(({ stage, us, share }) => [stages[stage].what, figure(us), percent(share)]),
    ),
    table(
      ['function', 'where', 'µs an event'],
      hottest.map(({ name, place, us }) => [`\`${name}\``, place, figure(us)]),
    ),
    profile.source,
    list([...adviceOf(summary), ...noise]),
  ]).trimEnd();
};

const render = ({ profile }: { readonly profile: ProfileFigures }): string =>
  page([
    heading(1, 'Micro-profiling plan'),
    writtenBy,
    heading(2, 'How'),
    `\`${profileCommand}\` runs the product under V8's profiler and deals out what each thread had of the processors by where its samples fell. What is written in no file (C++, WebAssembly) counts for the file that called it.`,
    heading(2, 'What the report proposes'),
    gainTable(profile),
    profile.source,
    list(gainsOf(profile).map(gainInWords)),
    heading(2, 'Where a microsecond goes'),
    ...profile.subjects.map((summary) => subjectSection(profile, summary)),
    runsSection([{ command: profileCommand, run: profile.result }]),
  ]);

export const microProfilingPlan = documentOf('MICRO_PROFILING_PLAN.md', ['profile'], render);
