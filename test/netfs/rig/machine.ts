import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type HostProcess, spawnHost } from '../../e2e/hosts/host-process.ts';
import { type Ran, run as runHere, outcomeOf as runToEnd } from './run.ts';

type Variables = Readonly<Record<string, string>>;

/**
 * A machine of its own as far as its network, its mounts and its processes go; it shares the disk with us. Whatever runs in it
 * and whatever it mounted is gone with its first process, which ends when ours does: nothing has to be found and removed afterwards.
 */
export interface Machine {
  readonly name: string;
  /** Its first process, as we count them: the kernel's commands name its namespaces by it. */
  readonly pid: number;
  /** Runs a command that has to succeed. @returns what it wrote to standard output @throws Error */
  run(command: string, ...args: readonly string[]): Promise<string>;
  /** Runs a command to its end, whatever that is. */
  outcomeOf(command: string, args: readonly string[], variables?: Variables, timeoutMs?: number): Promise<Ran>;
  /** Starts what goes on running. */
  start(command: string, args: readonly string[], variables?: Variables): HostProcess;
  /** As if its power was cut. Resolves when all of its processes are gone. */
  powerOff(): Promise<void>;
}

/** Its first process waits for us to go: when our end of its input closes, the kernel kills all that runs in the machine. */
const firstProcess = 'ip link set lo up && mount -t tmpfs tmpfs /run && echo up && exec cat';

const namespaces = ['--net', '--mount', '--pid', '--uts'] as const;

const childOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());

/** @throws Error when this machine or its rights do not allow one. */
export const startMachine = async (name: string): Promise<Machine> => {
  const holder = spawn(
    'unshare',
    [...namespaces, '--fork', '--kill-child', '--mount-proc', '--propagation', 'private', 'sh', '-c', firstProcess],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let complaint = '';
  holder.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const ended = once(holder, 'exit');
  const [up] = await Promise.race([once(holder.stdout, 'data'), ended]);
  if (!Buffer.isBuffer(up) || holder.pid === undefined) throw new Error(`no machine ${name}: ${complaint.trim()}`);
  const pid = childOf(holder.pid);
  const inside = (command: string, args: readonly string[]): readonly string[] => [
    ...['--target', String(pid), ...namespaces, '--', command],
    ...args,
  ];
  return {
    name,
    pid,
    run: (command, ...args) => runHere('nsenter', inside(command, args)),
    outcomeOf: (command, args, variables = {}, timeoutMs = undefined) =>
      runToEnd('nsenter', inside(command, args), { PATH: process.env.PATH, ...variables }, timeoutMs),
    start: (command, args, variables = {}) => spawnHost('nsenter', inside(command, args), variables),
    powerOff: async () => {
      process.kill(pid, 'SIGKILL');
      await ended;
    },
  };
};
