import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { exchange } from './api/api.ts';
import { eventsPath, eventText, newConsultation } from './api/events.ts';
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

it('takes events while the store hangs under its readers', async () => {
  const host = await startNpmHost();
  cleanUps.push(() => host.stop());
  let reads: readonly Promise<unknown>[] = [];
  cleanUps.push(() => Promise.all(reads));
  const parts = Array.from({ length: hangingParts }, (_, number) => makeHangingPart(host.storeDir, number));
  cleanUps.push(() => parts.forEach(release));
  const consultation = newConsultation();
  reads = Array.from({ length: 8 }, () =>
    exchange(host.baseUrl, { path: `${eventsPath(consultation)}?unsealed=true` }).catch(() => undefined),
  );
  // Liveness answers after the reads have been handed over: they came first on connections of their own.
  await exchange(host.baseUrl, { path: '/health/live' });

  for (let number = 0; number < 50; number++) {
    const answer = await exchange(host.baseUrl, {
      method: 'POST',
      path: eventsPath(consultation),
      headers: { 'content-type': 'application/json' },
      body: eventText('{}'),
    });
    expect(answer.status).toBe(202);
  }
});
