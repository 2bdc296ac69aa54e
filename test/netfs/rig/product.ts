import path from 'node:path';
import { eventually } from '../../e2e/api/eventually.ts';
import { repository, type Settings } from '../../e2e/hosts/host.ts';
import type { Exit, HostProcess } from '../../e2e/hosts/host-process.ts';
import { descendants } from '../../e2e/hosts/processes.ts';
import type { Machine } from './machine.ts';
import type { Ran } from './run.ts';

const node = path.join(repository, 'node_modules/.bin/node');
const port = 7001;
const startDeadlineMs = 90_000;

/** Where things are on every machine that runs the product. */
export interface Places {
  /** Where the share is mounted. */
  readonly share: string;
  /** On the machine's own disk; survives the machine. */
  readonly own: string;
  /** Keys of the API and of the log: the same on all machines, as whoever sets them up would copy them. */
  readonly secrets: string;
}

/** `npm start` on a machine. */
export interface Product {
  readonly process: HostProcess;
  readonly machine: Machine;
  /** Runs `fi` beside it, with its settings. */
  fi(...words: readonly string[]): Promise<Ran>;
  /** Waits until it says that it works. @throws Error with what it wrote when it does not. */
  ready(): Promise<void>;
  /** SIGTERM, and how it ended. */
  terminate(): Promise<Exit>;
}

export const urlAt = (address: string): string => `http://${address}:${port}`;

const storeSettings = ({ share, secrets }: Places): Settings => ({
  FI_STORE_DIR: path.join(share, 'store'),
  FI_KEYS_FILE: path.join(secrets, 'keys.json'),
  FI_SIGNING_KEY_FILE: path.join(secrets, 'signing-key'),
});

/** Short times, so that much happens in a short run. */
const quick: Settings = {
  FI_SEAL_INTERVAL_MS: '300',
  FI_SEAL_AGE_MS: '1000',
  FI_VISIBILITY_TIMEOUT_S: '5',
  FI_STREAM_HEARTBEAT_MS: '1000',
  FI_LOG_LEVEL: 'warn',
};

export interface ProductOptions {
  readonly machine: Machine;
  readonly address: string;
  readonly places: Places;
  /** What a request has to carry. */
  readonly headers: Readonly<Record<string, string>>;
  readonly settings: Settings;
}

const isReady = async ({ address, headers }: ProductOptions): Promise<true | undefined> => {
  const options = { headers, signal: AbortSignal.timeout(2_000) };
  const answer = await fetch(`${urlAt(address)}/health/ready`, options).catch(() => undefined);
  await answer?.arrayBuffer().catch(() => undefined);
  return answer?.status === 200 ? true : undefined;
};

/** Begins to start the product; it need not be ready yet. */
export const startProduct = (options: ProductOptions): Product => {
  const { machine, address, places, settings } = options;
  const ofStore = storeSettings(places);
  const child = machine.start(
    node,
    ['--max-semi-space-size=16', '--heap-growing-percent=100', path.join(repository, 'localstack/host/start.mjs')],
    {
      ...ofStore,
      ...quick,
      FI_HTTP_HOST: address,
      FI_HTTP_PORT: String(port),
      FI_QUEUE_DIR: path.join(places.own, 'queue'),
      ...settings,
    },
  );
  return {
    process: child,
    machine,
    fi: (...words) =>
      machine.outcomeOf(node, [path.join(repository, 'localstack/cli/fi.mjs'), ...words], ofStore, 120_000),
    ready: async () => {
      const probe = (): Promise<true | undefined> => {
        if (child.exit() !== undefined) throw new Error('it ended');
        return isReady(options);
      };
      await eventually(`${machine.name} to be ready`, probe, startDeadlineMs).catch((cause: unknown) => {
        throw new Error(`${machine.name} did not start:\n${child.output()}`, { cause });
      });
    },
    terminate: async () => {
      // What entered the machine does not pass signals on to the host that it started.
      const [host] = descendants(child.pid);
      if (host !== undefined) process.kill(host, 'SIGTERM');
      return child.exited;
    },
  };
};
