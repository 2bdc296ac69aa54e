import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../api/eventually.ts';
import { type Exit, type HostProcess, spawnHost } from './host-process.ts';

/** Settings by their `FI_*` names. */
export type Settings = Readonly<Record<string, string>>;

/** A host that serves the API, however it was started. */
export interface Host {
  readonly name: string;
  /** May have a path, as the stages of API Gateway do. */
  readonly baseUrl: string;
  /** Where its queue speaks SQS's protocol; undefined where tests may not reach it. */
  readonly queueEndpoint: string | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body limit that it was started with, in bytes. */
  readonly maxBodyBytes: number;
  /** What its gateway, where that is not ours, does to requests before any function sees them: names of refusals, and the status instead. */
  readonly gatewayStatus: Readonly<Record<string, number>>;
  /** Whether one `GET /metrics` counts what every function did. On Lambda each function's process counts for itself. */
  readonly countsTogether: boolean;
  /**
   * SIGKILL to whoever runs the persist function, in the middle of whatever it does, and resolves when that is gone.
   * Undefined where tests may not do that.
   */
  killConsumer?(): Promise<void>;
  /** Ends it gently and removes what it wrote. */
  stop(): Promise<void>;
}

/** A host on this machine, with its process and folders. */
export interface LocalHost extends Host {
  readonly port: number;
  readonly storeDir: string;
  readonly queueDir: string;
  readonly keysFile: string;
  readonly signingKeyFile: string;
  readonly keyStoreDir: string;
  readonly masterKeyFile: string;
  readonly process: HostProcess;
  /** SIGTERM, and how it ended. */
  terminate(): Promise<Exit>;
  /** Starts it anew on the same ports, folders and settings, after it ended. */
  restart(): Promise<LocalHost>;
}

export const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** Larger than the data set in one body (9.2 MB), small enough that a test can go beyond it. */
const testedBodyBytes = 10_000_000;

export const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = Array.from({ length: count }, () => net.createServer().listen(0, '127.0.0.1'));
  const ports = await Promise.all(
    servers.map(async (server) => {
      if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      return address.port;
    }),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};

const isReady = async (baseUrl: string): Promise<true | undefined> => {
  const answer = await fetch(`${baseUrl}/health/ready`).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.status === 200 ? true : undefined;
};

/** How one kind of host is started, given its settings. */
export interface Launcher {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly gatewayStatus?: Host['gatewayStatus'];
  /** How long it may take to be ready. */
  readonly startDeadlineMs: number;
}

const launch = async (
  launcher: Launcher,
  folder: string,
  ports: readonly number[],
  settings: Settings,
): Promise<LocalHost> => {
  const [port = 0, queuePort = 0] = ports;
  const environment: Settings = {
    FI_HTTP_PORT: String(port),
    FI_QUEUE_PORT: String(queuePort),
    FI_STORE_DIR: path.join(folder, 'store'),
    FI_QUEUE_DIR: path.join(folder, 'queue'),
    FI_KEYS_FILE: path.join(folder, 'keys.json'),
    FI_SIGNING_KEY_FILE: path.join(folder, 'signing-key'),
    FI_KEY_STORE_DIR: path.join(folder, 'key-store'),
    FI_MASTER_KEY_FILE: path.join(folder, 'master-key'),
    // What is sealed between two pages moves from one to the other; a test that is about sealing asks for it.
    FI_SEAL_AGE_MS: '3600000',
    FI_SEAL_PARTS: '100000',
    FI_MAX_BODY_BYTES: String(testedBodyBytes),
    FI_LOG_LEVEL: 'warn',
    ...settings,
  };
  const child = spawnHost(launcher.command, launcher.args, environment);
  const httpPort = Number(environment.FI_HTTP_PORT);
  const baseUrl = `http://127.0.0.1:${httpPort}`;
  try {
    await eventually(
      `${launcher.name} to be ready`,
      () => {
        if (child.exit() !== undefined) throw new Error(`${launcher.name} ended before it was ready`);
        return isReady(baseUrl);
      },
      launcher.startDeadlineMs,
    );
  } catch (cause) {
    await child.killAll();
    throw new Error(`${launcher.name} did not start:\n${child.output()}`, { cause });
  }
  const terminate = async (): Promise<Exit> => {
    child.signal('SIGTERM');
    return child.exited;
  };
  return {
    name: launcher.name,
    baseUrl,
    port: httpPort,
    queueEndpoint: `http://127.0.0.1:${queuePort}`,
    countsTogether: true,
    maxBodyBytes: Number(environment.FI_MAX_BODY_BYTES),
    gatewayStatus: launcher.gatewayStatus ?? {},
    storeDir: environment.FI_STORE_DIR ?? '',
    queueDir: environment.FI_QUEUE_DIR ?? '',
    keysFile: environment.FI_KEYS_FILE ?? '',
    signingKeyFile: environment.FI_SIGNING_KEY_FILE ?? '',
    keyStoreDir: environment.FI_KEY_STORE_DIR ?? '',
    masterKeyFile: environment.FI_MASTER_KEY_FILE ?? '',
    process: child,
    terminate,
    restart: () => launch(launcher, folder, ports, settings),
    stop: async () => {
      await terminate();
      await child.killAll();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Starts a host on free ports and on folders of its own under the system's temporary folder. */
export const startLocalHost = async (launcher: Launcher, settings: Settings = {}): Promise<LocalHost> =>
  launch(launcher, mkdtempSync(path.join(tmpdir(), 'fi-e2e-')), await freePorts(2), settings);
