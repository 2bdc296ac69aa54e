import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { supervise } from '../../../localstack/host/supervise.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';

const program = fileURLToPath(new URL('./fixtures/child.mjs', import.meta.url));

/** Starts children that behave as the list says, the last entry again and again, and shows each. */
const starter = (...behaviours: readonly string[]) => {
  const started: ChildProcess[] = [];
  let announce: (() => void) | undefined;
  return {
    started,
    start: (): ChildProcess => {
      const behaviour = behaviours[Math.min(started.length, behaviours.length - 1)] ?? '';
      const child = fork(program, [behaviour], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      started.push(child);
      announce?.();
      return child;
    },
    /** The child number `count`, counted from 1, when it was started. */
    nth: async (count: number): Promise<ChildProcess> => {
      for (;;) {
        const child = started[count - 1];
        if (child !== undefined) return child;
        await new Promise<void>((resolve) => {
          announce = resolve;
        });
      }
    },
  };
};

/** Time in which sleeps take none, and which remembers how long they were asked to take. */
const impatientClock = (sleeps: number[]) => ({
  ...systemClock,
  sleep: async (ms: number) => {
    sleeps.push(ms);
  },
});

test('a killed child is started again, and stops gently', async () => {
  const children = starter('runs');
  const supervisor = supervise({
    name: 'child',
    start: children.start,
    logger: silentLogger,
    clock: impatientClock([]),
  });
  const first = await children.nth(1);
  await once(first, 'message');
  first.kill('SIGKILL');
  const second = await children.nth(2);
  await once(second, 'message');
  expect(supervisor.child?.pid).toBe(second.pid);
  expect(await supervisor.stop(10_000)).toBe(true);
  expect(second.exitCode).toBe(0);
  expect(children.started).toHaveLength(2);
});

test('the wait grows with each early end up to a bound, and starts small after a healthy run', async () => {
  const sleeps: number[] = [];
  const children = starter('dies', 'dies', 'dies', 'dies', 'runs');
  let nowMs = 0;
  const clock = { ...impatientClock(sleeps), monotonicMs: () => nowMs };
  const supervisor = supervise({
    name: 'child',
    start: children.start,
    logger: silentLogger,
    clock,
    firstDelayMs: 100,
    longestDelayMs: 300,
    healthyAfterMs: 10_000,
  });
  const healthy = await children.nth(5);
  await once(healthy, 'message');
  expect(sleeps).toEqual([100, 200, 300, 300]);
  nowMs = 60_000;
  healthy.kill('SIGKILL');
  await once(await children.nth(6), 'message');
  expect(sleeps.at(-1)).toBe(100);
  await supervisor.stop(10_000);
});

test('a child that does not end in time is killed', async () => {
  const children = starter('stubborn');
  const supervisor = supervise({ name: 'child', start: children.start, logger: silentLogger });
  const child = await children.nth(1);
  await once(child, 'message');
  expect(await supervisor.stop(50)).toBe(false);
  expect(child.signalCode).toBe('SIGKILL');
  expect(supervisor.child).toBeUndefined();
});
