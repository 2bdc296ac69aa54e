import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../e2e/api/eventually.ts';
import { metricSum, readMetrics } from '../e2e/api/metrics.ts';
import { mountSmallDisk, whyNoSmallDisk } from './small-disk.ts';
import { type Patient, startPatient } from './trouble.ts';
import { waitingMessages } from './verify.ts';

const noDisk = whyNoSmallDisk();
if (noDisk !== undefined) console.log(`not shown here: ${noDisk}`);

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const start = async (...args: Parameters<typeof startPatient>): Promise<Patient> => {
  const patient = await startPatient(...args);
  cleanUps.push(() => patient.stop());
  return patient;
};

const smallDisk = (mebibytes: number) => {
  const disk = mountSmallDisk(mebibytes);
  cleanUps.push(() => disk.remove());
  return disk;
};

/** Waits until the host says that it cannot store for now. */
const notReady = (patient: Patient): Promise<true> =>
  eventually('the host to say that it is not ready', async () =>
    (await patient.api.get('/health/ready')).status === 503 ? true : undefined,
  );

const readyAgain = (patient: Patient): Promise<true> =>
  eventually('the host to be ready again', async () =>
    (await patient.api.get('/health/ready')).status === 200 ? true : undefined,
  );

/** While the store is away a client is asked to wait, or the queue takes the event; nothing else is answered. */
const onlyHonestAnswers = (statuses: Readonly<Record<number, number>>): void => {
  expect(Object.keys(statuses).filter((status) => !['202', '429', '503'].includes(status))).toEqual([]);
};

describe('a store that is away for a while', () => {
  it('replaced by a file: nothing accepted is lost', async () => {
    const patient = await start({}, 500);
    const { storeDir } = patient.host;
    await patient.stored(500);
    renameSync(storeDir, `${storeDir}.away`);
    writeFileSync(storeDir, 'not a folder');
    await notReady(patient);
    rmSync(storeDir);
    renameSync(`${storeDir}.away`, storeDir);
    await readyAgain(patient);
    await patient.stored(500);
    const verdict = await patient.verify();
    console.log('replaced by a file', verdict);
    onlyHonestAnswers(verdict.statuses);
  });
});

describe.skipIf(noDisk !== undefined)('a store on a disk in trouble', () => {
  it('full, found out by writing: it waits, and goes on when there is space', async () => {
    const disk = smallDisk(2);
    const patient = await start({ FI_STORE_DIR: path.join(disk.folder, 'store'), FI_MIN_FREE_BYTES: '0' }, 1_000);
    // The last pages may still take a probe's byte when no part fits any more, so the backlog tells, not readiness.
    await eventually('events to wait in the queue', async () =>
      (await waitingMessages(patient.api)) > 500 ? true : undefined,
    );
    disk.resize(512);
    await readyAgain(patient);
    await patient.stored(1_000);
    const verdict = await patient.verify();
    console.log('full disk', verdict);
    onlyHonestAnswers(verdict.statuses);
  });

  it('nearly full, seen in time: clients are asked to wait before it is too late', async () => {
    const disk = smallDisk(8);
    const patient = await start(
      { FI_STORE_DIR: path.join(disk.folder, 'store'), FI_MIN_FREE_BYTES: String(6 * 1024 ** 2) },
      1_000,
    );
    // It can still be written, so it is ready; what it may not be able to keep is refused.
    await eventually('events to be refused', async () =>
      metricSum(await readMetrics(patient.api), 'fi_events_failed_total', { error_type: 'StoreUnavailable' }) > 0
        ? true
        : undefined,
    );
    disk.resize(512);
    await patient.stored(1_000);
    const verdict = await patient.verify();
    console.log('nearly full disk', verdict);
    onlyHonestAnswers(verdict.statuses);
    expect(verdict.statuses[503]).toBeGreaterThan(0);
  });

  it('read-only: it waits, and goes on when it can be written', async () => {
    const disk = smallDisk(256);
    const patient = await start({ FI_STORE_DIR: path.join(disk.folder, 'store'), FI_MIN_FREE_BYTES: '0' }, 500);
    await patient.stored(500);
    disk.setReadOnly(true);
    await notReady(patient);
    disk.setReadOnly(false);
    await readyAgain(patient);
    await patient.stored(500);
    const verdict = await patient.verify();
    console.log('read-only disk', verdict);
    onlyHonestAnswers(verdict.statuses);
  });
});
