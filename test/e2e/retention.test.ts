import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../shared/ports/clock.ts';
import { nodeStoreFiles } from '../../shared/store/files.ts';
import { createPartWriter } from '../../shared/store/level0.ts';
import { openSigningKey } from '../../shared/store/log/signing-key-file.ts';
import { verifyTlogProof } from '../../shared/store/log/tlog-proof.ts';
import { verifyStore } from '../../shared/store/verify/verify.ts';
import { consultation, eventOf } from '../unit/store/events.ts';
import { type Api, createApi } from './api/api.ts';
import { loadContract } from './api/contract.ts';
import { eventsPath, eventText, type Problem, readAll } from './api/events.ts';
import { eventually } from './api/eventually.ts';
import { metricSum, readMetrics } from './api/metrics.ts';
import { untilSealed } from './api/sealed.ts';
import type { LocalHost } from './hosts/host.ts';
import { startNpmHost } from './hosts/npm-start.ts';

/** As if it had come in years ago: no client can say when an event was received. */
const old = eventOf(1, { receivedAt: '2020-03-01T10:11:12.345Z', userId: undefined, occurredAt: undefined });

let folder: string;
let host: LocalHost;
let api: Api;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-e2e-policy-'));
  const policy = path.join(folder, 'policy.json');
  const rules = [{ event_type: 'MESSAGE_*', segment: 'conversation', retention_days: 30 }];
  writeFileSync(policy, JSON.stringify({ version: 1, rules, default: { segment: 'general' } }));
  host = await startNpmHost({
    FI_SEAL_AGE_MS: '100',
    FI_SEAL_INTERVAL_MS: '100',
    FI_POLICY_FILE: policy,
    FI_RETAIN_INTERVAL_MS: '100',
  });
  api = createApi(host.baseUrl, await loadContract(host.baseUrl));
  await createPartWriter({ folder: host.storeDir, clock: systemClock }).write([old], 'gzip-1');
}, 60_000);
afterAll(async () => {
  await host?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('npm start drops what is over by itself, and answers for it ever after', async () => {
  const one = `${eventsPath(consultation)}/${old.eventId}`;
  const gone = await eventually('the event to be dropped', async () => {
    const answer = await api.get(one);
    return answer.status === 410 ? answer : undefined;
  });
  expect(gone.json<Problem>()).toMatchObject({ field: 'event_id', detail: expect.stringContaining('for 30 days') });
  const proof = await api.get(`${one}/proof`);
  const signer = await openSigningKey({ file: host.signingKeyFile, origin: undefined });
  if (signer === undefined) throw new Error('no signing key');
  verifyTlogProof(proof.text, old.leaf, [signer.verifierKey]);

  // Somebody sends the same event once more, and another one.
  await api.post(eventsPath(consultation), eventText('{"n":1}', { event_id: old.eventId }));
  await api.post(eventsPath(consultation), eventText('{"n":2}'));
  const events = await untilSealed(api, consultation, 1);
  expect(events.map(({ payload }) => payload)).toEqual([{ n: 2 }]);
  const whole = await eventually('the repeat to be dropped', async () => {
    const all = await readAll(api, consultation);
    return metricSum(await readMetrics(api), 'fi_seal_dropped_total', { reason: 'repeat' }) > 0 ? all : undefined;
  });
  expect(whole).toHaveLength(1);
  expect((await api.get(one)).status).toBe(410);
  expect(metricSum(await readMetrics(api), 'fi_retain_events_total')).toBe(1);

  const findings: unknown[] = [];
  const { expired } = await verifyStore({
    store: host.storeDir,
    files: nodeStoreFiles,
    trusted: [signer.verifierKey],
    witness: { found: (finding) => findings.push(finding), noted: () => {}, progress: () => {} },
  });
  expect([findings, expired]).toEqual([[], [{ segment: 'conversation', day: '2020-03-01', events: 1 }]]);
});
