import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { repository } from '../../e2e/hosts/host.ts';

/** Calls of the system that a store's work is made of, but for `close`, whose failure nobody heeds. */
export const tracedCalls = [
  ...['openat', 'mkdir', 'rmdir', 'write', 'pwrite64', 'fsync', 'link', 'unlink', 'rename'],
  ...['statx', 'getdents64', 'read', 'pread64'],
] as const;

/** Those that need space. */
export const writingCalls: readonly string[] = ['openat', 'mkdir', 'write', 'pwrite64', 'fsync', 'link', 'rename'];

/** What is done to the `when`th call of that name by the thread that makes it. */
export interface Injection {
  readonly call: string;
  readonly when: number;
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

const start = (args: readonly string[]): ChildProcess =>
  spawn(node, [program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // One thread makes all calls, in one order: strace counts each thread's.
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' },
  });

const exitOf = (child: ChildProcess): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)));

/** Attaches to a process that waits, so that nothing of its start is counted. @returns a promise of its end, once it has attached */
const attach = async (
  pid: number,
  traceFile: string,
  injection: Injection | undefined,
): Promise<{ readonly ended: Promise<unknown> }> => {
  const { call = tracedCalls.join(','), when = 0, fault = '' } = injection ?? {};
  const inject = injection === undefined ? [] : ['-e', `inject=${call}:${fault}:when=${when}`];
  const args = ['-f', '-y', '-o', traceFile, '-e', `trace=${call}`, ...inject, '-p', String(pid)];
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = exitOf(strace);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    strace.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(`Process ${pid} attached`)) resolve();
    });
    strace.once('close', () => reject(new Error(`strace did not attach: ${said}`)));
  });
  return { ended };
};

/** Runs the program to its end, with a fault in one of its calls or, without one, with its calls traced. */
export const runTraced = async (
  action: string,
  folder: string,
  injection?: Injection,
  failAfter = 0,
): Promise<Outcome> => {
  const child = start([action, folder, String(failAfter)]);
  const { pid, stdin, stdout } = child;
  if (pid === undefined || stdin === null || stdout === null) throw new Error(`${node} could not be started`);
  const exited = exitOf(child);
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).value !== 'ready') throw new Error(`${action} ended before it was ready`);
  const traceFile = path.join(folder, '..', `${path.basename(folder)}.trace`);
  const strace = failAfter > 0 ? undefined : await attach(pid, traceFile, injection);
  stdin.end('go\n');
  const last = await lines.next();
  const signal = await exited;
  await strace?.ended;
  return {
    signal,
    said: last.done ? undefined : JSON.parse(last.value),
    trace: strace === undefined ? '' : readFileSync(traceFile, 'utf8'),
  };
};

/** Runs the program undisturbed. @returns its last line @throws Error when it fails */
export const run = async (action: string, folder: string): Promise<unknown> => {
  const child = start([action, folder]);
  const exited = exitOf(child);
  if (child.stdout === null || child.stdin === null) throw new Error(`${node} could not be started`);
  child.stdin.end('go\n');
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) last = line;
  await exited;
  return JSON.parse(last);
};

/** The calls on files below `folder`, each as the how manieth of its thread and name it is. */
export const callsBelow = (folder: string, trace: string): readonly Pick<Injection, 'call' | 'when'>[] => {
  const counts = new Map<string, number>();
  const found = new Map<string, Pick<Injection, 'call' | 'when'>>();
  for (const line of trace.split('\n')) {
    const [, thread, call] = /^(\d+)\s+(\w+)\(/.exec(line) ?? [];
    if (thread === undefined || call === undefined) continue;
    const when = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, when);
    if (line.includes(folder)) found.set(`${call} ${when}`, { call, when });
  }
  return [...found.values()];
};
