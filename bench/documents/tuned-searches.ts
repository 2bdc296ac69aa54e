import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TuneReport } from '../tune/report/report.ts';
import { caveats, recommendationInWords, verdictInWords } from '../tune/report/text.ts';
import { heading, list } from './markdown.ts';
import { sourceLine } from './provenance.ts';

/** What `npm run tune` found for one workload. */
export interface TunedSearch {
  /** Of its folder. */
  readonly name: string;
  readonly report: TuneReport;
}

/** All searches below a folder of results, by their names. */
export const tunedSearches = (folder: string): readonly TunedSearch[] => {
  const tuned = path.join(folder, 'tune');
  if (!existsSync(tuned)) return [];
  return globSync('*/report.json', { cwd: tuned })
    .sort()
    .map((file) => ({
      name: path.dirname(file),
      report: JSON.parse(readFileSync(path.join(tuned, file), 'utf8')),
    }));
};

/** A workload with what is recommended for it, and whether a fresh run confirmed that. */
export const tunedSection = ({ name, report }: TunedSearch): readonly string[] => {
  const { search, recommendation, confirmation, trials, machine, revision } = report;
  const recommended =
    recommendation === undefined
      ? ['No configuration could be measured whole: nothing is recommended.']
      : recommendationInWords(recommendation, search.goal);
  const confirmed =
    confirmation === undefined
      ? `Not confirmed by a fresh run yet: \`npm run tune -- confirm --name ${name}\`.`
      : verdictInWords(confirmation);
  const finishedAt = trials.at(-1)?.startedAt ?? '';
  return [
    heading(3, `${search.workload.what}, on ${search.target}`),
    list([...caveats(report), ...recommended, confirmed]),
    sourceLine(`npm run tune -- --name ${name}`, { finishedAt, machine, revision }),
  ];
};
