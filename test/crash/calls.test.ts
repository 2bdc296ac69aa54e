import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveFiles } from '../../bench/parts/live-files.ts';
import { scanParts } from '../../bench/parts/scan-parts.ts';
import { eventsOf } from '../unit/store/events.ts';
import { callsBelow, type Injection, Pair, placeOf, whyNoStrace, writingCalls } from './calls/traced.ts';
import { announcedRandom } from './seed.ts';

/** `FI_TEST_CALLS=all`, or how many of all faults are tried of each action. */
const wanted = process.env.FI_TEST_CALLS ?? '40';
const most = wanted === 'all' ? Number.POSITIVE_INFINITY : Number(wanted);

const noStrace = whyNoStrace();
if (noStrace !== undefined) {
  // Where everything has to be shown, a missing tool is a failure.
  if (process.env.FI_TEST_CI !== undefined) throw new Error(noStrace);
  console.log(`not shown here: ${noStrace}`);
}

const root = mkdtempSync(path.join(tmpdir(), 'fi-calls-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = (): string => path.join(root, `case-${++folders}`);

/** What goes wrong in one run. */
type Fault = Injection | { readonly failAfter: number };

const describeFault = (fault: Fault): string =>
  'failAfter' in fault ? `call ${fault.failAfter} done, then EIO` : `${fault.call} ${fault.when} ${fault.fault}`;

interface Action {
  readonly name: 'persist' | 'seal' | 'merge';
  /** What was done before, in processes that nothing happened to. */
  readonly before: readonly string[];
  /** Numbers of the events that were accepted before. */
  readonly accepted: number;
  readonly conflicts: number;
}

const actions: readonly (Action & { readonly title: string })[] = [
  { title: 'the first persist of a store', name: 'persist', before: [], accepted: 0, conflicts: 0 },
  { title: 'a persist beside others', name: 'persist', before: ['fill', 'sealAll'], accepted: 5, conflicts: 1 },
  { title: 'the first seal of a store', name: 'seal', before: ['fill'], accepted: 5, conflicts: 1 },
  {
    title: 'a seal that unlinks what a former one removed',
    name: 'seal',
    before: ['fill', 'sealAll', 'persist'],
    accepted: 5,
    conflicts: 1,
  },
  { title: 'a merge of parts and of the index', name: 'merge', before: ['sealSingly'], accepted: 8, conflicts: 0 },
];

/** The events of persist's batch stay in the queue until it says that they are stored. */
const batch = eventsOf(3, 100);

/** What must be readable after all, by id. */
const expectedOf = ({ name, before, accepted }: Action): ReadonlyMap<string, string> => {
  const has = name === 'persist' || before.includes('persist');
  return new Map([...eventsOf(accepted), ...(has ? batch : [])].map(({ eventId, payload }) => [eventId, payload]));
};

/** What comes with the id of event 2 as well. */
const conflicting = '{"other":1}';

const lettersIn = (folder: string): number => {
  try {
    return readdirSync(path.join(folder, 'store/quarantine'), { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && entry.name.endsWith('.json'),
    ).length;
  } catch {
    return 0;
  }
};

interface Read {
  readonly eventId: string;
  readonly payload: string;
  readonly position?: number;
}

/** A fresh process takes up what the queue still has, seals, and reads: everything is there once. */
const expectWhole = async (pair: Pair, action: Action, folder: string, stored: boolean): Promise<void> => {
  const expected = expectedOf(action);
  const waits = action.name === 'persist' && !stored;
  const read = (await pair.run(waits ? 'redeliver' : 'settle', folder)) as readonly Read[];
  // Of two parts of one millisecond either comes first, and with it either content of the id that has two.
  const texts = read.map(({ eventId, payload }) => [eventId, payload === conflicting ? '{"n":2}' : payload] as const);
  expect(texts.toSorted()).toEqual([...expected].toSorted());
  expect(read.map(({ position }) => position)).toEqual(read.map((_, index) => index));
  const store = path.join(folder, 'store');
  const rows = [...scanParts(store)].flatMap((part) => part.rows);
  expect(rows.map(({ eventId }) => eventId).toSorted()).toEqual([...expected.keys()].toSorted());
  expect(liveFiles(store)).toMatchObject({ unsealed: [], logSize: expected.size });
  expect(lettersIn(folder)).toBe(action.conflicts);
};

/** What came of a fault. */
interface Suffered {
  /** Whether the process said that all was done. */
  readonly stored: boolean;
  /** Where the call stood that the fault was meant for, when another one met it. */
  readonly missed?: number;
}

const suffer = async (pair: Pair, { name }: Action, folder: string, fault: Fault): Promise<Suffered> => {
  if ('failAfter' in fault) {
    const said = await pair.runFailing(name, folder, fault.failAfter);
    expect(said?.calls).toBeGreaterThanOrEqual(fault.failAfter);
    return { stored: said?.done === true };
  }
  const { said, signal, trace } = await pair.runTraced(name, folder, fault);
  // A run that ended before it came to the call was met too early.
  const place = placeOf(folder, trace, fault) ?? fault.when + 1;
  const met = place === fault.when;
  if (met && fault.fault === 'signal=SIGKILL') expect([signal, said]).toEqual(['SIGKILL', undefined]);
  else if (met) expect(trace).toContain('(INJECTED)');
  return { stored: said?.done === true, ...(met ? {} : { missed: place }) };
};

/** A fault that meets another call than was meant, which a store has to bear as well, is tried again so often. */
const mostTries = 5;

const tryFault = async (pair: Pair, action: Action, base: string, fault: Fault): Promise<void> => {
  let next = fault;
  for (let tries = 1; tries <= mostTries; tries++) {
    const folder = newFolder();
    cpSync(base, folder, { recursive: true });
    const { stored, missed } = await suffer(pair, action, folder, next);
    await expectWhole(pair, action, folder, stored);
    rmSync(folder, { recursive: true });
    if (missed === undefined) return;
    next = { ...fault, when: missed };
  }
  throw new Error(`it never met its call in ${mostTries} runs`);
};

/** Every fault that one undisturbed run shows the place of. */
const faultsOf = async (pair: Pair, action: Action, base: string): Promise<readonly Fault[]> => {
  const folder = newFolder();
  cpSync(base, folder, { recursive: true });
  const { said, trace } = await pair.runTraced(action.name, folder);
  expect(said).toMatchObject({ done: true });
  if (action.name === 'merge') expect(liveFiles(path.join(folder, 'store')).sealed).toHaveLength(1);
  await expectWhole(pair, action, folder, true);
  const calls = callsBelow(folder, trace);
  expect(calls.length).toBeGreaterThan(20);
  return [
    ...calls.map((call) => ({ ...call, fault: 'signal=SIGKILL' as const })),
    ...calls.map((call) => ({ ...call, fault: 'error=EIO' as const })),
    ...calls
      .filter(({ call }) => writingCalls.includes(call))
      .map((call) => ({ ...call, fault: 'error=ENOSPC' as const })),
    ...Array.from({ length: said?.calls ?? 0 }, (_, index) => ({ failAfter: index + 1 })),
  ];
};

describe.skipIf(noStrace !== undefined)('a process that is killed, or fails, at one of its calls', () => {
  const random = announcedRandom();
  const pairs: Pair[] = [];
  beforeAll(() => {
    const compileCache = path.join(root, 'compiled');
    pairs.push(...Array.from({ length: availableParallelism() }, () => new Pair(compileCache)));
  });
  afterAll(() => Promise.all(pairs.map((pair) => pair.end())));

  const choose = (all: readonly Fault[]): readonly Fault[] => {
    const left = [...all];
    const chosen: Fault[] = [];
    while (left.length > 0 && chosen.length < most) chosen.push(...left.splice(random.between(0, left.length - 1), 1));
    return chosen;
  };

  it.each(actions)(
    'in $title: whatever was accepted is there once',
    async (action) => {
      const [first] = pairs;
      if (first === undefined) throw new Error('no process');
      const base = newFolder();
      mkdirSync(base);
      for (const before of action.before) expect(await first.run(before, base)).toMatchObject({ done: true });
      const all = await faultsOf(first, action, base);
      const chosen = choose(all);
      const waiting = chosen.values();
      const broken: string[] = [];
      const tryThem = async (pair: Pair): Promise<void> => {
        for (const fault of waiting) {
          try {
            await tryFault(pair, action, base, fault);
          } catch (error) {
            broken.push(`${describeFault(fault)}: ${error instanceof Error ? error.message : error}`);
          }
        }
      };
      await Promise.all(pairs.map(tryThem));
      console.log(`${action.title}: ${chosen.length} of ${all.length} faults, ${broken.length} broke a promise`);
      expect(broken).toEqual([]);
    },
    // Each of all faults takes a while on a busy machine.
    4 * 3_600_000,
  );
});
