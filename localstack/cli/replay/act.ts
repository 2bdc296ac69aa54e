import { type Clock, systemClock } from '../../../shared/ports/clock.ts';
import type { ApiClient } from '../api-client.ts';
import { type CommandContext, type OptionValues, WrongUsage } from '../command.ts';
import type { OutcomeLine, OutcomesAnswer } from './answers.ts';
import { clientOf, filterOf, lettersPerCall, positiveOption } from './options.ts';
import { createReporter } from './report.ts';

type Route = '/quarantine/retry' | '/quarantine/discard';

interface Work {
  /** Beside what pages through the letters. */
  readonly body: object;
  readonly limit: number;
  /** Letters a second. */
  readonly rate: number | undefined;
}

/** Bodies that together name all letters; one that names none, where a filter selects. */
const bodiesOf = (letters: readonly string[]): readonly object[] => {
  if (letters.length === 0) return [{}];
  const count = Math.ceil(letters.length / lettersPerCall);
  return Array.from({ length: count }, (_, index) => ({
    letters: letters.slice(index * lettersPerCall, (index + 1) * lettersPerCall),
  }));
};

/** The answers' outcomes, call by call, at the rate that is wanted; ends early at Ctrl-C, after the call that runs. */
async function* callByCall(
  client: ApiClient,
  route: Route,
  { body, limit, rate = Number.POSITIVE_INFINITY }: Work,
  signal: AbortSignal,
  clock: Clock,
): AsyncGenerator<readonly OutcomeLine[], { readonly finished: boolean }> {
  let left = limit;
  let after: string | null = null;
  for (;;) {
    const startMs = clock.monotonicMs();
    const most = Math.min(lettersPerCall, left, rate);
    const answer: OutcomesAnswer = await client.post(route, {
      ...body,
      limit: most,
      ...(after === null ? {} : { after }),
    });
    yield answer.outcomes;
    left -= answer.outcomes.length;
    after = answer.next;
    if (after === null || left === 0) return { finished: true };
    const dueMs = startMs + (answer.outcomes.length * 1_000) / rate;
    const waitMs = dueMs - clock.monotonicMs();
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    if (signal.aborted) return { finished: false };
  }
}

const checkSelection = (letters: readonly string[], filter: object, options: OptionValues): void => {
  if (letters.length > 0 || Object.keys(filter).length > 0 || options.all === true) return;
  throw new WrongUsage('say which letters: ids, a filter such as --reason, or --all');
};

/**
 * Retries or discards letters through the API, as many calls as it takes.
 * @returns 1 when a letter was refused or not found, or Ctrl-C came before the end.
 * @throws WrongUsage | ApiRefused
 */
export const actOnLetters = async (
  route: Route,
  note: string | undefined,
  { options, positionals, config, terminal, signal }: CommandContext,
  clock: Clock = systemClock,
): Promise<number> => {
  const filter = filterOf(options);
  checkSelection(positionals, filter, options);
  const [limit = Number.POSITIVE_INFINITY, rate] = [positiveOption(options, 'limit'), positiveOption(options, 'rate')];
  const dryRun = options['dry-run'] === true;
  const all = positionals.length === 0 && options.all === true ? { all: true } : {};
  const common = { ...filter, ...all, dry_run: dryRun, ...(note === undefined ? {} : { note }) };
  const client = clientOf(options, config);
  const reporter = createReporter(terminal, { json: options.json === true, dryRun });
  try {
    for (const named of bodiesOf(positionals)) {
      const work = { body: { ...common, ...named }, limit: limit - reporter.count(), rate };
      if (work.limit === 0) break;
      const calls = callByCall(client, route, work, signal, clock);
      let step = await calls.next();
      for (; !step.done; step = await calls.next()) await reporter.add(step.value);
      if (step.value.finished) continue;
      reporter.interrupted();
      return 1;
    }
  } finally {
    reporter.summary();
  }
  return reporter.allWell() ? 0 : 1;
};
