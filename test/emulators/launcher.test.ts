import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { partFiles } from '../../bench/parts/live-files.ts';
import { removeStack } from '../../localstack/emulators/deploy/remove-stack.ts';
import { readiness, readStack } from '../../localstack/emulators/deploy/stack.ts';
import { down } from '../../localstack/emulators/down.ts';
import type { Emulator } from '../../localstack/emulators/emulator.ts';
import { localstack } from '../../localstack/emulators/localstack.ts';
import { ministack } from '../../localstack/emulators/ministack.ts';
import { isAlive } from '../../localstack/emulators/process/identity.ts';
import { readRecord } from '../../localstack/emulators/process/record.ts';
import { up } from '../../localstack/emulators/up.ts';
import { createApi } from '../e2e/api/api.ts';
import { loadContract } from '../e2e/api/contract.ts';
import { type AcceptedBatch, eventsPath, eventText, newConsultation, readableCount } from '../e2e/api/events.ts';
import { eventually } from '../e2e/api/eventually.ts';
import { type Launched, openLaunched } from '../e2e/hosts/launched.ts';

/** SQS takes neither (LocalStack checks one, MiniStack the other): the deployment fails when its first resources are there. */
const badQueue = { queueName: 'not a name', visibilityTimeoutSeconds: '99999' };

const withLaunched = async (emulator: Emulator, test: (launched: Launched) => Promise<void>): Promise<void> => {
  const launched = await openLaunched(emulator);
  try {
    await test(launched);
  } finally {
    await launched.close();
  }
};

const apiOf = async (url: string) => createApi(url, await loadContract(url));

const store = async (url: string, count: number): Promise<string> => {
  const api = await apiOf(url);
  const consultationId = newConsultation();
  const lines = Array.from({ length: count }, (_, n) => eventText(`{"n":${n}}`));
  const answer = await api.postLines(eventsPath(consultationId), lines);
  expect(answer.json<AcceptedBatch>().accepted).toBe(count);
  return consultationId;
};

describe.each([localstack, ministack])('$title', (emulator) => {
  it('is deployed to again after a deployment that failed half way and one that was interrupted; sls remove leaves the store', () =>
    withLaunched(emulator, async (launched) => {
      await expect(up(launched.context(badQueue))).rejects.toMatchObject({ tag: 'DeployFailed' });
      const { record, endpoint } = await (async () => {
        const running = await up(launched.context());
        const consultationId = await store(running.deployed?.url ?? '', 3);
        await readableCount(await apiOf(running.deployed?.url ?? ''), consultationId, 3);
        return running;
      })();
      const parts = partFiles(launched.storeDir);
      expect(parts.length).toBeGreaterThan(0);

      const interrupted = new AbortController();
      const deploying = up(launched.context({ persistMemoryMegabytes: '1280' }, interrupted.signal));
      deploying.catch(() => {});
      // MiniStack changes a stack between two questions: then sls has yet to ask how it went.
      const before = await readStack(endpoint);
      await eventually(
        'the deployment to be under way',
        async () => {
          const stack = await readStack(endpoint);
          const isBusy = readiness(stack?.status ?? '') === 'busy';
          return isBusy || !isDeepStrictEqual(stack?.resources, before?.resources) ? true : undefined;
        },
        120_000,
      );
      interrupted.abort(new Error('Ctrl-C'));
      await expect(deploying).rejects.toThrow('Ctrl-C');
      expect(isAlive(record.process)).toBe(true);

      const { deployed } = await up(launched.context());
      await store(deployed?.url ?? '', 1);

      await removeStack(launched.serverless(endpoint));
      expect(await readStack(endpoint)).toBeUndefined();
      expect(partFiles(launched.storeDir)).toEqual(expect.arrayContaining([...parts]));
    }));

  it('loses nothing that was accepted when it is stopped', () =>
    withLaunched(emulator, async (launched) => {
      const { deployed, record } = await up(launched.context());
      const consultationId = await store(deployed?.url ?? '', 500);
      await down(launched.context());
      expect(isAlive(record.process)).toBe(false);
      expect(readRecord(launched.stateDir)).toBeUndefined();
      const again = await up(launched.context());
      expect(again.deployed?.url).toBeDefined();
      await readableCount(await apiOf(again.deployed?.url ?? ''), consultationId, 500);
    }));

  it('leaves nothing running when its start is interrupted', () =>
    withLaunched(emulator, async (launched) => {
      const interrupted = new AbortController();
      const starting = up(launched.context({}, interrupted.signal));
      starting.catch(() => {});
      const record = await eventually('the process to be recorded', () => readRecord(launched.stateDir), 300_000);
      interrupted.abort(new Error('Ctrl-C'));
      await expect(starting).rejects.toThrow('Ctrl-C');
      expect(isAlive(record.process)).toBe(false);
      expect(readRecord(launched.stateDir)).toBeUndefined();
    }));

  it('is started anew after it was killed, and ended no stranger', () =>
    withLaunched(emulator, async (launched) => {
      const first = await up(launched.context({}, undefined, ['--no-deploy']));
      process.kill(first.record.process.pid, 'SIGKILL');
      await eventually('it to be gone', () => (isAlive(first.record.process) ? undefined : true));
      const second = await up(launched.context({}, undefined, ['--no-deploy']));
      expect(second.record.process).not.toEqual(first.record.process);
      expect(existsSync(second.logFile)).toBe(true);
      process.kill(second.record.process.pid, 'SIGKILL');
      await eventually('it to be gone', () => (isAlive(second.record.process) ? undefined : true));
      expect(await down(launched.context())).toMatchObject({ record: undefined });
    }));
});
