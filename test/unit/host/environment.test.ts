import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createEnvironment,
  type Environment,
  mostStuckThreads,
} from '../../../localstack/host/environment/environment.ts';
import { EnvironmentEnded, FunctionFailed, FunctionTimedOut } from '../../../localstack/host/environment/errors.ts';
import { createEnvironmentPool } from '../../../localstack/host/environment/pool.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { eventually } from '../../e2e/api/eventually.ts';

const moduleUrl = new URL('./fixtures/function.ts', import.meta.url).href;
const opened: { close(): Promise<boolean> }[] = [];

const open = (timeoutMs = 10_000): Environment => {
  const environment = createEnvironment({ moduleUrl, functionName: 'fixture', timeoutMs, logger: silentLogger });
  opened.push(environment);
  return environment;
};

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

const answers = async (environment: Environment): Promise<void> =>
  expect(await environment.invoke({ behave: 'answer', text: 'still here' })).toEqual({ text: 'still here' });

test('a function answers, several invocations at a time', async () => {
  const environment = open();
  const texts = ['a', 'b', 'c'];
  const results = await Promise.all(texts.map((text) => environment.invoke({ behave: 'answer', text })));
  expect(results).toEqual(texts.map((text) => ({ text })));
  expect(environment.running).toBe(0);
});

test('a function that throws fails its invocation alone', async () => {
  const environment = open();
  const other = environment.invoke({ behave: 'answer', text: 'other' });
  const failure = await environment.invoke({ behave: 'throw' }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(FunctionFailed);
  expect(failure).toHaveProperty('message', 'TypeError: as asked');
  expect(await other).toEqual({ text: 'other' });
});

test.each(['exit', 'stray'])(
  'a function that ends its thread (%s) fails, and the next invocation gets a new one',
  async (behave) => {
    const environment = open();
    await expect(environment.invoke({ behave })).rejects.toBeInstanceOf(EnvironmentEnded);
    await answers(environment);
  },
);

test('a function that hangs is ended in time, also in synchronous code', async () => {
  const environment = open(1_500);
  await answers(environment);
  await expect(environment.invoke({ behave: 'block' })).rejects.toBeInstanceOf(FunctionTimedOut);
  await answers(environment);
});

test('the thread of a function that hangs does not go on in the background', async () => {
  const environment = open(1_000);
  const shared = new SharedArrayBuffer(8);
  const turns = new BigInt64Array(shared);
  await expect(environment.invoke({ behave: 'count', turns: shared })).rejects.toBeInstanceOf(FunctionTimedOut);
  let seen = -1n;
  while (seen !== turns[0]) {
    seen = Atomics.load(turns, 0);
    await answers(environment);
  }
  expect(seen).toBeGreaterThan(0n);
});

describe('threads in calls of the system that do not return', () => {
  let folder = '';
  const pipe = (): string => path.join(folder, 'pipe');
  const letGo = (): void => closeSync(openSync(pipe(), constants.O_RDWR | constants.O_NONBLOCK));
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'fi-environment-'));
    execFileSync('mkfifo', [pipe()]);
  });
  afterEach(() => {
    letGo();
    rmSync(folder, { recursive: true });
  });

  test('are replaced, but not for ever; when they return there are new ones again', async () => {
    const environment = open(2_500);
    for (let stuck = 0; stuck < mostStuckThreads; stuck++) {
      await expect(environment.invoke({ behave: 'open', text: pipe() })).rejects.toBeInstanceOf(FunctionTimedOut);
      if (stuck + 1 < mostStuckThreads) await answers(environment);
    }
    const refused = await environment.invoke({ behave: 'answer' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(EnvironmentEnded);
    expect(refused).toHaveProperty('message', expect.stringContaining('file system'));
    expect(environment.running).toBe(0);

    letGo();
    await eventually('a thread to be had again', () =>
      environment.invoke({ behave: 'answer', text: 'back' }).catch(() => undefined),
    );
    await answers(environment);
  });

  test('hold up nobody who closes', async () => {
    const environment = open(60_000);
    const failed = expect(environment.invoke({ behave: 'open', text: pipe() })).rejects.toBeInstanceOf(
      EnvironmentEnded,
    );
    await answers(environment);
    // The pool takes calls in their order: by then a thread of it has the other one, and nothing can take that back.
    await stat(folder);
    expect(await environment.close()).toBe(false);
    await failed;
  });
});

test('a module without a handler fails the invocation', async () => {
  const environment = createEnvironment({
    moduleUrl: new URL('../../../shared/domain/limits.ts', import.meta.url).href,
    functionName: 'none',
    timeoutMs: 10_000,
    logger: silentLogger,
  });
  await expect(environment.invoke({})).rejects.toBeInstanceOf(EnvironmentEnded);
});

test('closing fails what runs', async () => {
  const environment = open();
  const running = environment.invoke({ behave: 'hang' });
  const failed = expect(running).rejects.toBeInstanceOf(EnvironmentEnded);
  expect(await environment.close()).toBe(true);
  await failed;
});

test('metrics come from the thread, and none before it started', async () => {
  const environment = open();
  expect(await environment.metrics()).toEqual([]);
  await answers(environment);
  const names = (await environment.metrics()).map(({ name }) => name);
  expect(names).toContain('fi_persist_latency_ms');
});

test('metrics of a busy thread are the last known ones', async () => {
  const environment = open(3_000);
  await answers(environment);
  const before = await environment.metrics();
  const blocked = expect(environment.invoke({ behave: 'block' })).rejects.toBeInstanceOf(FunctionTimedOut);
  expect(await environment.metrics()).toBe(before);
  await blocked;
});

test('a pool gives each invocation an environment that has least to do', async () => {
  const pool = createEnvironmentPool(2, {
    moduleUrl,
    functionName: 'fixture',
    timeoutMs: 10_000,
    logger: silentLogger,
  });
  opened.push(pool);
  const hanging = expect(pool.invoke({ behave: 'hang' })).rejects.toBeInstanceOf(EnvironmentEnded);
  expect(await pool.invoke({ behave: 'answer', text: 'the other one' })).toEqual({ text: 'the other one' });
  await pool.close();
  await hanging;
});
