import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { sshfs } from './rig/sshfs.ts';
import { whyNoShares } from './rig/why-not.ts';

const noShares = await whyNoShares();

describe.skipIf(noShares !== undefined)('a share that has no hard links', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(sshfs);
    await cluster.boot('host-a', ['disable_hardlink']);
  });
  afterAll(() => cluster?.close());

  it('stops the start, which says so', async () => {
    const product = cluster.begin('host-a');
    expect(await product.process.exited).toEqual({ code: 1, signal: null });
    expect(product.process.output()).toMatch(/^fi-events: The file system of .* has no hard links .*FI_STORE_DIR/m);
  });
});
