import type { ThreadTime } from '../measure/thread-time.ts';
import type { Span, ThreadProfile } from './cpu-profile.ts';
import { type FunctionTime, functionTimes } from './functions.ts';
import { type StageName, stageNames } from './stages.ts';

/** Processor time by stage, in microseconds. */
export type StageTimes = Readonly<Record<StageName, number>>;

/** What a process did in a span. */
export interface ProcessTimes {
  readonly stages: StageTimes;
  readonly functions: readonly FunctionTime[];
}

/** The instrument's own threads: what they take is none of the product's. */
const instrumentThreads: ReadonlySet<string> = new Set(['v8:ProfEvntProc', 'SignalInspector']);

/** Threads that run no JavaScript, by the names that Node and V8 give them, cut off at 15 characters as Linux does. */
const helperThreads: ReadonlyMap<string, StageName> = new Map([
  ['V8Worker', 'v8Threads'],
  ['DelayedTaskSche', 'v8Threads'],
  ['libuv-worker', 'poolThreads'],
]);

/** What threads did between two looks at a process; those that ended in between are not told by either. */
export const threadTimesBetween = (
  before: readonly ThreadTime[],
  after: readonly ThreadTime[],
): readonly ThreadTime[] => {
  const earlier = new Map(before.map(({ id, us }) => [id, us]));
  return after.map((thread) => ({ ...thread, us: thread.us - (earlier.get(thread.id) ?? 0) }));
};

const byId = (left: ThreadTime, right: ThreadTime): number => Number(left.id) - Number(right.id);

/**
 * The processor time of a process by stage. What a thread had is dealt out as its samples fell: a sample tells that a thread was in a
 * function, not that it had a processor meanwhile, which on a busy machine is another thing.
 * @param threads what each thread had in the span
 * @param profiles of the same process
 * @throws Error when a thread that runs JavaScript has no profile, or the other way round
 */
export const shareOut = (
  threads: readonly ThreadTime[],
  profiles: readonly ThreadProfile[],
  span: Span,
): ProcessTimes => {
  const stages = Object.fromEntries(stageNames.map((name) => [name, 0])) as Record<StageName, number>;
  for (const { name, us } of threads) {
    const helper = helperThreads.get(name);
    if (helper !== undefined) stages[helper] += us;
  }
  // Threads get their ids as they start, from the system as from Node.
  const running = threads.filter(({ name }) => !helperThreads.has(name) && !instrumentThreads.has(name)).sort(byId);
  const inOrder = profiles.toSorted((left, right) => left.threadId - right.threadId);
  if (running.length !== inOrder.length) {
    const names = running.map(({ name }) => name).join(', ');
    throw new Error(`${inOrder.length} profiles were written for ${running.length} threads (${names})`);
  }
  const functions = running.flatMap(({ us }, index) => {
    const profile = inOrder[index]?.profile;
    const sampled = profile === undefined ? [] : functionTimes(profile, span);
    const sampledUs = sampled.reduce((sum, each) => sum + each.us, 0);
    return sampled.map((each) => ({ ...each, us: (each.us * us) / sampledUs }));
  });
  for (const { stage, us } of functions) stages[stage] += us;
  return { stages, functions };
};
