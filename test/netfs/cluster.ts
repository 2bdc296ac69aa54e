import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createKey } from '../../shared/http/auth/change-keys.ts';
import { silentLogger } from '../../shared/telemetry/log.ts';
import type { Settings } from '../e2e/hosts/host.ts';
import type { FileServer, FileServerKind } from './rig/file-server.ts';
import type { Machine } from './rig/machine.ts';
import { type Network, startNetwork } from './rig/network.ts';
import { type Places, type Product, startProduct, urlAt } from './rig/product.ts';

export const hostNames = ['host-a', 'host-b'] as const;
export type HostName = (typeof hostNames)[number];

const serverName = 'nas';

/** A file server, and hosts that store on its share. */
export interface Cluster {
  readonly kind: FileServerKind;
  readonly server: FileServer;
  /** What every request has to carry. */
  readonly headers: Readonly<Record<string, string>>;
  urlOf(host: HostName): string;
  product(host: HostName): Product;
  /** Starts a machine and mounts the share, with options beside its own. */
  boot(host: HostName, options?: readonly string[]): Promise<void>;
  /** Begins to start the product on a machine that is there; it need not be ready yet. */
  begin(host: HostName, settings?: Settings): Product;
  /** Both, and resolves when the product is ready. */
  start(host: HostName, settings?: Settings): Promise<void>;
  /** Ends the product in order, and starts it anew with other settings. */
  restart(host: HostName, settings: Settings): Promise<void>;
  /** Cuts a machine's power, and with it everything that runs there. */
  powerOff(host: HostName): Promise<void>;
  unplug(host: HostName): Promise<void>;
  plug(host: HostName): Promise<void>;
  close(): Promise<void>;
}

const makeKey = async (secrets: string): Promise<string> => {
  const { key } = await createKey(path.join(secrets, 'keys.json'), {
    consultations: ['*'],
    actions: ['append', 'read', 'replay'],
    nowMs: Date.now(),
    logger: silentLogger,
  });
  return key;
};

export const startCluster = async (kind: FileServerKind): Promise<Cluster> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'fi-netfs-'));
  const closing = new AsyncDisposableStack();
  closing.defer(() => rm(folder, { recursive: true, force: true }));
  await using starting = closing;
  const network: Network = await startNetwork();
  starting.defer(() => network.close());

  const placesOf = (host: HostName): Places => ({
    share: path.join(folder, 'share'),
    own: path.join(folder, host),
    secrets: path.join(folder, 'secrets'),
  });
  for (const name of ['share', 'secrets', serverName, ...hostNames]) await mkdir(path.join(folder, name));
  const headers = { authorization: `Bearer ${await makeKey(path.join(folder, 'secrets'))}` };

  const server = await kind.create(
    await network.start(serverName),
    path.join(folder, serverName),
    network.addressOf(serverName),
  );
  await server.start();

  const machines = new Map<HostName, Machine>();
  const products = new Map<HostName, Product>();
  const known = <Value>(values: ReadonlyMap<HostName, Value>, host: HostName): Value => {
    const found = values.get(host);
    if (found === undefined) throw new Error(`${host} was not started`);
    return found;
  };
  const boot = async (host: HostName, options: readonly string[] = []): Promise<void> => {
    const machine = await network.start(host);
    machines.set(host, machine);
    await server.mount(machine, placesOf(host).share, options);
  };
  const begin = (host: HostName, settings: Settings = {}): Product => {
    const machine = known(machines, host);
    const address = network.addressOf(host);
    const product = startProduct({ machine, address, places: placesOf(host), headers, settings });
    products.set(host, product);
    return product;
  };

  const running = starting.move();
  return {
    kind,
    server,
    headers,
    urlOf: (host) => urlAt(network.addressOf(host)),
    product: (host) => known(products, host),
    boot,
    begin,
    start: async (host, settings) => {
      await boot(host);
      await begin(host, settings).ready();
    },
    restart: async (host, settings) => {
      await known(products, host).terminate();
      await begin(host, settings).ready();
    },
    powerOff: (host) => known(machines, host).powerOff(),
    unplug: network.unplug,
    plug: network.plug,
    close: () => running.disposeAsync(),
  };
};
