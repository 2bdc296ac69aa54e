import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { exchange } from './api/api.ts';
import { eventsPath, eventText, newConsultation } from './api/events.ts';
import { eventually } from './api/eventually.ts';
import type { LocalHost, Settings } from './hosts/host.ts';
import { startNpmHost } from './hosts/npm-start.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** More than Node has threads for files, whatever a host asks for. */
const hangingParts = 64;

/** A part whose file hangs whoever opens it, as everything does on a share whose server is gone: a pipe that nobody writes to. */
const makeHangingPart = (storeDir: string, number: number): string => {
  const folder = path.join(storeDir, 'level0/0');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}.h5`);
  execFileSync('mkfifo', [file]);
  return file;
};

/** Lets go of all who wait: they find an empty file. */
const release = (file: string): void => {
  closeSync(openSync(file, constants.O_RDWR | constants.O_NONBLOCK));
  rmSync(file);
};

/** Whether somebody waits for a writer of the pipe; who does is let go, and comes to the next pipe. */
const hasReader = (file: string): boolean => {
  try {
    closeSync(openSync(file, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENXIO') return false;
    throw error;
  }
};

/** A host whose store hangs under some readers. */
const startHanging = async (settings: Settings = {}): Promise<LocalHost> => {
  const host = await startNpmHost(settings);
  cleanUps.push(() => host.stop());
  let reads: readonly Promise<unknown>[] = [];
  cleanUps.push(() => Promise.all(reads));
  const parts = Array.from({ length: hangingParts }, (_, number) => makeHangingPart(host.storeDir, number));
  cleanUps.push(() => parts.forEach(release));
  reads = Array.from({ length: 8 }, () =>
    exchange(host.baseUrl, { path: `${eventsPath(newConsultation())}?unsealed=true` }).catch(() => undefined),
  );
  await eventually('a reader to hang', () => (hasReader(parts[0] ?? '') ? true : undefined));
  return host;
};

describe('a store that hangs under its readers', () => {
  it('keeps nobody from sending', async () => {
    const host = await startHanging();
    const path = eventsPath(newConsultation());
    for (let number = 0; number < 50; number++) {
      const headers = { 'content-type': 'application/json' };
      const answer = await exchange(host.baseUrl, { method: 'POST', path, headers, body: eventText('{}') });
      expect(answer.status).toBe(202);
    }
  });

  it('keeps the host from no end', async () => {
    const host = await startHanging({ FI_DRAIN_TIMEOUT_MS: '1000' });
    // Not with a status of its own: a process can't leave while calls of the system of its threads do not return.
    expect(await host.terminate()).toEqual({ code: null, signal: 'SIGKILL' });
  });
});
