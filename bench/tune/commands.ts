import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine, describeRevision } from '../measure/machine.ts';
import { WrongUsage } from '../run/run-options.ts';
import { apply } from './apply/apply.ts';
import { keyOf } from './configuration.ts';
import { type Confirmation, confirmationOf } from './confirm/confirmation.ts';
import { runConfirm } from './confirm/run-confirm.ts';
import type { FollowUpOptions, Place, SearchOptions } from './options.ts';
import { renderHtml } from './report/html.ts';
import { damagedEvents, recommendationOf, reportOf, type TuneReport } from './report/report.ts';
import { renderText } from './report/text.ts';
import { type Journal, openJournal, readJournal } from './search/journal.ts';
import type { Recommendation } from './search/recommend.ts';
import { type MakeTrial, runSearch, trialMaker } from './search/run-search.ts';
import { planOf, type Search } from './search/search.ts';
import { memoryOf } from './stage-parameters.ts';
import { targetOf } from './targets/all.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const serverlessFile = path.join(repository, 'serverless.yml');
const say = (line: string): void => console.error(line);

const filesOf = (resultFolder: string) => ({
  journal: path.join(resultFolder, 'trials.ndjson'),
  confirmation: path.join(resultFolder, 'confirmation.json'),
  html: path.join(resultFolder, 'report.html'),
  json: path.join(resultFolder, 'report.json'),
});

/** A folder for the stores of the trials, gone with this process however that ends. */
const folderOfRun = (parent: string): string => {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(path.join(parent, 'fi-tune-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const makerOf = (search: Search, { storeFolder, url }: Place): MakeTrial =>
  trialMaker({
    target: targetOf(search.target, url),
    workload: search.workload,
    warmUpMs: search.warmUpMs,
    ...memoryOf(serverlessFile, search.stage),
    folder: folderOfRun(storeFolder),
  });

const readConfirmation = (file: string): Confirmation | undefined =>
  existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;

/** Makes the reports of a search as far as it is, and shows the short one. */
const report = (search: Search, { trials }: Pick<Journal, 'trials'>, place: Place): TuneReport => {
  const files = filesOf(place.resultFolder);
  const made = reportOf(search, trials, {
    confirmation: readConfirmation(files.confirmation),
    machine: describeMachine(place.storeFolder),
    revision: describeRevision(repository),
  });
  writeFileSync(files.json, `${JSON.stringify(made, null, 2)}\n`);
  writeFileSync(files.html, renderHtml(made));
  console.log(renderText(made));
  say(`trials: ${files.journal}\nreport: ${files.html}`);
  return made;
};

/** @returns the exit status */
const applyIt = ({ best, keepsBounds }: Recommendation, { stage, goal }: Search): number => {
  if (!keepsBounds) {
    say(`nothing was written: no configuration that was measured keeps the bounds of ${goal}`);
    return 1;
  }
  const environmentFile = path.join(process.cwd(), '.env');
  for (const line of apply(best.configuration, { serverlessFile, stage, environmentFile })) say(`wrote ${line}`);
  return 0;
};

const statusOf = (made: TuneReport): number => {
  const { lost, repeated } = damagedEvents(made);
  return lost > 0 || repeated > 0 || made.recommendation === undefined ? 1 : 0;
};

/** Searches, or goes on with it. @returns the exit status */
export const search = async (options: SearchOptions): Promise<number> => {
  const { resultFolder, fresh } = options;
  if (fresh) rmSync(resultFolder, { recursive: true, force: true });
  const journal = openJournal(filesOf(resultFolder).journal, options.search);
  await runSearch(planOf(options.search), journal, makerOf(options.search, options), say);
  const made = report(options.search, journal, options);
  const status = statusOf(made);
  // What lost events anywhere in the search is looked into before anything is changed.
  if (!options.apply || status !== 0 || made.recommendation === undefined) return status;
  return applyIt(made.recommendation, options.search);
};

/** @throws WrongUsage when there is nothing to follow up */
const readFinished = (options: FollowUpOptions) => {
  const { journal } = filesOf(options.resultFolder);
  if (!existsSync(journal)) throw new WrongUsage(`there is no search in ${options.resultFolder}`);
  const { search: made, trials } = readJournal(journal);
  const recommendation = recommendationOf(made, trials);
  if (recommendation === undefined) throw new WrongUsage('the search has no recommendation yet: run it to its end');
  return { search: made, trials, recommendation };
};

/** Measures a recommendation anew. @returns the exit status */
export const confirm = async (options: FollowUpOptions): Promise<number> => {
  const { search: made, trials, recommendation } = readFinished(options);
  const usual = made.defaults;
  const { configuration } = recommendation.best;
  const fresh = await runConfirm(
    {
      recommended: configuration,
      usual,
      repeats: options.repeats ?? made.repeats,
      durationMs: options.durationMs ?? made.durationMs,
      quickestMs: Math.min(...trials.map(({ calibrationMs }) => calibrationMs)),
    },
    makerOf(made, options),
    say,
  );
  const claim = {
    goal: made.goal,
    recommended: keyOf(configuration),
    usual: keyOf(usual),
    keepsBounds: recommendation.keepsBounds,
    seed: made.seed,
  };
  const confirmation = confirmationOf(claim, fresh);
  writeFileSync(filesOf(options.resultFolder).confirmation, `${JSON.stringify(confirmation)}\n`);
  report(made, { trials }, options);
  return { confirmed: 0, 'not-confirmed': 1, inconclusive: 3 }[confirmation.verdict.kind];
};

/** Writes a recommendation into serverless.yml and .env. @returns the exit status */
export const applyRecommendation = (options: FollowUpOptions): number => {
  const { search: made, recommendation } = readFinished(options);
  return applyIt(recommendation, made);
};
