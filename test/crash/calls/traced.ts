import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { repository } from '../../e2e/hosts/host.ts';

/**
 * Calls of the system that a store's work is made of, but for `close`, whose failure nobody heeds. Not `write`: a store writes at
 * offsets, while the thread wakes the main one by a `write` that another run has at other places, or not at all.
 */
export const tracedCalls = [
  ...['openat', 'mkdir', 'rmdir', 'pwrite64', 'fsync', 'link', 'unlink', 'rename'],
  ...['statx', 'getdents64', 'read', 'pread64'],
] as const;

/** Those that need space. */
export const writingCalls: readonly string[] = ['openat', 'mkdir', 'pwrite64', 'fsync', 'link', 'rename'];

/** What is done to one call of the thread that makes them all. */
export interface Injection {
  readonly call: string;
  /** The how manieth of that name it is. */
  readonly when: number;
  /** The how manieth of that name on a file of the store it is. */
  readonly nth: number;
  readonly fault: 'signal=SIGKILL' | 'error=EIO' | 'error=ENOSPC';
}

export interface Outcome {
  readonly signal: NodeJS.Signals | null;
  /** The program's last line; undefined when it did not come so far. */
  readonly said: { readonly done: boolean; readonly error?: string; readonly calls: number } | undefined;
  /** What strace wrote. */
  readonly trace: string;
}

/** Why no process can be traced here; undefined when one can. */
export const whyNoStrace = (): string | undefined => {
  try {
    execFileSync('strace', ['-f', '-o', '/dev/null', 'true'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `calls are made to fail by strace: ${error instanceof Error ? error.message.split('\n')[0] : error}`;
  }
};

const node = path.join(repository, 'node_modules/.bin/node');
const program = path.join(repository, 'test/crash/calls/program.ts');

const exitOf = (child: ChildProcess): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)));

/** The one thread that makes all calls on files: libuv's. What the main thread reads and writes is not a store's. */
const fileThreadOf = (pid: number): string => {
  const threads = readdirSync(`/proc/${pid}/task`);
  const found = threads.filter((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').startsWith('libuv-worker'),
  );
  const [thread] = found;
  if (thread === undefined || found.length > 1) throw new Error(`${found.length} threads make calls on files, not one`);
  return thread;
};

/** Attaches to a thread that waits, so that nothing it did before is counted. @returns once it has attached, with what detaches */
const attach = async (
  thread: string,
  traceFile: string,
  injection: Injection | undefined,
): Promise<{ detach(): Promise<void> }> => {
  const { call = tracedCalls.join(','), when = 0, fault = '' } = injection ?? {};
  const inject = injection === undefined ? [] : ['-e', `inject=${call}:${fault}:when=${when}`];
  const args = ['-y', '-o', traceFile, '-e', `trace=${call}`, ...inject, '-p', thread];
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = exitOf(strace);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    strace.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(`Process ${thread} attached`)) resolve();
    });
    strace.once('close', () => reject(new Error(`strace did not attach: ${said}`)));
  });
  return {
    detach: async () => {
      strace.kill('SIGINT');
      await ended;
    },
  };
};

/** A process of the program, which does one thing after another until it is killed. */
class Doer {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #exited: Promise<NodeJS.Signals | null>;
  readonly #ready: Promise<void>;

  constructor(compileCache: string) {
    this.#child = spawn(node, [program], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // One thread makes all calls, in one order: strace counts them.
      env: {
        PATH: process.env.PATH,
        TMPDIR: process.env.TMPDIR,
        UV_THREADPOOL_SIZE: '1',
        UV_USE_IO_URING: '0',
        NODE_COMPILE_CACHE: compileCache,
      },
    });
    if (this.#child.stdout === null) throw new Error(`${node} could not be started`);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#exited = exitOf(this.#child);
    this.#child.stdin?.on('error', () => {});
    this.#ready = this.#requireReady();
    // Whoever uses it first is told.
    this.#ready.catch(() => {});
  }

  /** @returns its answer; undefined when it ended before */
  async do(action: string, folder: string, failing = 0): Promise<unknown> {
    await this.#ready;
    this.#child.stdin?.write(`${JSON.stringify({ action, folder, failing })}\n`);
    const { done, value } = await this.#lines.next();
    return done ? undefined : JSON.parse(value);
  }

  /** The same with a fault in one of its calls or, without one, with its calls traced. */
  async doTraced(action: string, folder: string, injection?: Injection): Promise<Outcome> {
    await this.#ready;
    const traceFile = `${folder}.trace`;
    const { detach } = await attach(fileThreadOf(this.#child.pid ?? 0), traceFile, injection);
    const said = outcomeOf(await this.do(action, folder));
    await detach();
    const signal = said === undefined ? await this.#exited : null;
    const trace = readFileSync(traceFile, 'utf8');
    rmSync(traceFile);
    return { said, signal, trace };
  }

  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#exited;
  }

  async #requireReady(): Promise<void> {
    if ((await this.#lines.next()).value !== 'ready') throw new Error(`${program} ended before it was ready`);
  }
}

const outcomeOf = (said: unknown): Outcome['said'] =>
  said === undefined ? undefined : (said as NonNullable<Outcome['said']>);

/** Two processes: one that things happen to, and one that goes on afterwards. Whichever was killed is replaced. */
export class Pair {
  readonly #compileCache: string;
  readonly #survivor: Doer;
  #victim: Doer;

  /** @param compileCache a folder where starts leave what the next ones need not compile. */
  constructor(compileCache: string) {
    this.#compileCache = compileCache;
    this.#survivor = new Doer(compileCache);
    this.#victim = new Doer(compileCache);
  }

  /** Runs an action with its calls traced, and with a fault in one of them if one is given. */
  async runTraced(action: string, folder: string, injection?: Injection): Promise<Outcome> {
    const outcome = await this.#victim.doTraced(action, folder, injection);
    // Another one starts while this one's store is looked at.
    if (outcome.said === undefined) this.#victim = new Doer(this.#compileCache);
    return outcome;
  }

  /** Runs an action of which the `failing`th call of the store's file port is done, and then fails. */
  async runFailing(action: string, folder: string, failing: number): Promise<Outcome['said']> {
    return outcomeOf(await this.#victim.do(action, folder, failing));
  }

  /** Runs an action undisturbed, in a process that nothing ever happened to. @throws Error when it fails */
  async run(action: string, folder: string): Promise<unknown> {
    const said = await this.#survivor.do(action, folder);
    if (said === undefined) throw new Error(`${action} ended the process that nothing happened to`);
    return said;
  }

  async end(): Promise<void> {
    await Promise.all([this.#survivor.end(), this.#victim.end()]);
  }
}

/** Where the calls on files below `folder` stand among all calls of that name, counted from 1. */
const placesBelow = (folder: string, trace: string, name: string): readonly number[] => {
  const named = trace.split('\n').filter((line) => line.startsWith(`${name}(`));
  return named.flatMap((line, index) => (line.includes(folder) ? [index + 1] : []));
};

/** Where the call that was meant stood in this run, if the run came so far: calls that are under way at once may be made in another order. */
export const placeOf = (folder: string, trace: string, { call, nth }: Injection): number | undefined =>
  placesBelow(folder, trace, call)[nth - 1];

/** The calls on files below `folder`. */
export const callsBelow = (folder: string, trace: string): readonly Omit<Injection, 'fault'>[] =>
  tracedCalls.flatMap((call) =>
    placesBelow(folder, trace, call).map((when, index) => ({ call, when, nth: index + 1 })),
  );
