import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from 'vitest';
import { eventually } from '../e2e/api/eventually.ts';
import { type Clients, startClients } from './clients.ts';
import { type Cluster, type HostName, hostNames, startCluster } from './cluster.ts';
import { reportOf } from './report.ts';
import type { FileServerKind } from './rig/file-server.ts';
import { moosefs } from './rig/moosefs.ts';
import { sshfs } from './rig/sshfs.ts';
import { whyNoShares } from './rig/why-not.ts';
import { verifyEverything } from './verdict.ts';

/** Two machines boot and start the product, on however few processors. */
const startTimeoutMs = 240_000;
/** Between two troubles, and how long each lasts. */
const calmMs = 3_000;
const troubleMs = 8_000;
const recoveryMs = 90_000;

/** A long run begins with its troubles anew until so much time has passed. */
const seconds = Number(process.env.FI_TEST_NETFS_SECONDS ?? 0);

/** No host seals but the one that is told to. */
const notSealing = { FI_SEAL_AGE_MS: '3600000', FI_SEAL_PARTS: '100000' };

const noShares = await whyNoShares();
if (noShares !== undefined) console.log(`not shown here: ${noShares}`);

const kinds: readonly FileServerKind[] = [moosefs, sshfs];

describe.skipIf(noShares !== undefined).each(kinds)('two hosts on $name', (kind) => {
  let cluster: Cluster;
  let clients: Clients;

  /** Waits until every follower has seen more events that were accepted from now on. */
  const everythingGoesOn = async (what: string): Promise<number> => {
    const startMs = performance.now();
    const before = clients.events.accepted.size;
    const seen = Math.max(...clients.followers.map(({ ids }) => ids.length));
    await eventually(
      what,
      () => {
        clients.requireHealthy();
        const moved = clients.followers.every(({ ids }) => ids.length > seen + 200);
        return moved && clients.events.accepted.size > before + 200 ? true : undefined;
      },
      recoveryMs,
    );
    return Math.round(performance.now() - startMs);
  };

  const killServer = async (): Promise<void> => {
    await cluster.server.kill();
    await after(troubleMs);
    await cluster.server.start();
    const tookMs = await everythingGoesOn('everything to go on after the server was killed');
    console.log(`${kind.name}: the server was away for ${troubleMs} ms; all went on after ${tookMs} ms`);
  };

  /** As after a power cut of the whole house: the host is up before the server is. */
  const startBeforeServer = async (host: HostName): Promise<void> => {
    await cluster.powerOff(host);
    await cluster.boot(host);
    await cluster.server.kill();
    const product = cluster.begin(host);
    await eventually(`${host} to say that it is not ready`, async () => {
      const options = { headers: cluster.headers, signal: AbortSignal.timeout(troubleMs) };
      const answer = await fetch(`${cluster.urlOf(host)}/health/ready`, options).catch(() => undefined);
      return answer?.status === 503 ? true : undefined;
    });
    await cluster.server.start();
    await product.ready();
    const tookMs = await everythingGoesOn(`everything to go on after ${host} was up before the server`);
    console.log(`${kind.name}: ${host} was up before the server; all went on ${tookMs} ms after it was ready`);
  };

  const unplug = async (host: HostName): Promise<void> => {
    await cluster.unplug(host);
    await after(troubleMs);
    await cluster.plug(host);
    const tookMs = await everythingGoesOn(`everything to go on after ${host} was unplugged`);
    console.log(`${kind.name}: ${host} was unplugged for ${troubleMs} ms; all went on after ${tookMs} ms`);
  };

  const powerOff = async (host: HostName): Promise<void> => {
    await cluster.powerOff(host);
    await after(troubleMs / 2);
    await cluster.start(host);
    const tookMs = await everythingGoesOn(`everything to go on after ${host} lost its power`);
    console.log(`${kind.name}: ${host} lost its power; all went on ${tookMs} ms after it was ready again`);
  };

  beforeAll(async () => {
    cluster = await startCluster(kind);
    await cluster.start('host-a');
    await cluster.start('host-b', notSealing);
    clients = startClients(cluster);
  }, startTimeoutMs);

  beforeEach(() => {
    onTestFailed(() => {
      for (const host of hostNames) console.log(`${host} said last:\n${cluster.product(host).process.output()}`);
    });
  });

  afterAll(async () => {
    await cluster?.close();
  });

  it('store what two writers send, one of them seals, and both show it', async () => {
    await everythingGoesOn('events to be read on both hosts');
    await after(calmMs);
  });

  it('go on when the server was killed and is back', killServer);

  it('go on when a host that stores was cut off', () => unplug('host-b'));

  it('go on when the host that seals lost its power', () => powerOff('host-a'));

  it('seal both at the same time', async () => {
    await cluster.restart('host-b', {});
    await everythingGoesOn('everything to go on with two that seal');
    await after(calmMs);
  });

  it('go on when the server was killed while both seal', killServer);

  it('go on when one of them was up before the server was', () => startBeforeServer('host-b'));

  const whateverHappens = async (): Promise<void> => {
    const startMs = performance.now();
    while (performance.now() - startMs < seconds * 1_000) {
      await killServer();
      for (const host of hostNames) await unplug(host);
      for (const host of hostNames) await powerOff(host);
      for (const host of hostNames) await startBeforeServer(host);
    }
  };
  if (seconds > 0) it(`go on under whatever happens for ${seconds} s`, whateverHappens);

  it('have lost nothing and have nothing twice', async () => {
    await clients.stopWriting();
    const verdict = await verifyEverything(cluster, clients);
    console.log(reportOf(kind.name, clients, verdict));
    expect(verdict.accepted).toBeGreaterThan(1_000);
  });
});
