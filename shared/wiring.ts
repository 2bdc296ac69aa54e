import { readFileSync } from 'node:fs';
import type { HealthDependencies } from '../functions/health.ts';
import type { IngestDependencies } from '../functions/ingest.ts';
import type { MetricsDependencies } from '../functions/metrics.ts';
import type { ReadDependencies } from '../functions/read.ts';
import type { ReplayDependencies } from '../functions/replay.ts';
import { type Config, loadConfig } from './config.ts';
import { InvalidSetting } from './domain/errors.ts';
import { createUuidV7Source } from './domain/ids.ts';
import { builtInPolicy, type Policy, parsePolicy } from './domain/policy.ts';
import { createDecryptingReader } from './encryption/decrypting-reader.ts';
import { createDecryption } from './encryption/decryption.ts';
import { createEncryption } from './encryption/encryption.ts';
import { createErasureCheck } from './encryption/erasure-check.ts';
import { createOtherForm } from './encryption/other-form.ts';
import { openKeyRing } from './http/auth/key-ring.ts';
import { type Backpressure, createBackpressure } from './http/backpressure.ts';
import type { ChainDependencies } from './http/chain.ts';
import type { KeyStore } from './key-store/key-store.ts';
import { openKeyStore, openOrMakeKeyStore } from './key-store/open.ts';
import { type Clock, systemClock } from './ports/clock.ts';
import type { Queue } from './queue/port.ts';
import { openSqsQueue } from './queue/sqs/open.ts';
import { openReloadingFile } from './reloading-file.ts';
import { createEnqueue, type Enqueue } from './stages/enqueue.ts';
import { type HashEvent, hashEvent } from './stages/hash.ts';
import { createIngest } from './stages/ingest.ts';
import { createPipeline } from './stages/ingest-pipeline.ts';
import type { PersistDependencies } from './stages/persist.ts';
import { createQuarantineGauges } from './stages/quarantine/gauges.ts';
import type { QuarantineDependencies } from './stages/quarantine.ts';
import { createReplay } from './stages/replay.ts';
import type { RetainDependencies } from './stages/retain.ts';
import { createConflictQuarantine } from './stages/seal/quarantine-conflicts.ts';
import type { SealDependencies } from './stages/seal.ts';
import { nodeStoreFiles } from './store/files.ts';
import { createStoreGauge } from './store/gauge.ts';
import type { Signer } from './store/log/note/signer.ts';
import { openOrMakeSigningKey, openSigningKey } from './store/log/signing-key-file.ts';
import type { EventFeed, EventReader } from './store/port.ts';
import { openQuarantine } from './store/quarantine/open.ts';
import { createLetterPublisher } from './store/quarantine/publish-letter.ts';
import { createLogger, type Logger } from './telemetry/log.ts';
import { registry } from './telemetry/metrics.ts';

/** What a host or a test brings itself; the rest follows the settings. */
export interface Overrides {
  /** The queue of events, e.g. the embedded one in the same process. */
  readonly queue?: Queue;
  readonly deadLetterQueue?: Queue;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** All metrics as text; a host adds those of its threads and child processes. */
  readonly metricsText?: () => Promise<string>;
}

/** Every part of the product, made when it is first asked for and then shared. The one place that chooses adapters. */
export interface Wiring {
  readonly ingest: () => Promise<IngestDependencies>;
  readonly read: () => Promise<ReadDependencies>;
  readonly persist: () => Promise<PersistDependencies>;
  readonly seal: () => Promise<SealDependencies>;
  readonly retain: () => Promise<RetainDependencies>;
  readonly quarantine: () => QuarantineDependencies;
  readonly replay: () => Promise<ReplayDependencies>;
  readonly health: () => HealthDependencies;
  readonly metrics: () => MetricsDependencies;
  readonly chain: () => ChainDependencies;
  /** For a host: samples on a timer, and whether keys are required. */
  readonly backpressure: () => Backpressure;
  /** For a host: drained before the process ends. */
  readonly enqueue: () => Enqueue;
  /** @throws InvalidSetting when the policy file is missing or wrong; for hosts, which check it at the start. */
  readonly policy: () => () => Policy;
}

const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** As {@link once}, and tries again after a failure: a share may be away for a while. */
const onceMade = <Value>(make: () => Promise<Value>): (() => Promise<Value>) => {
  let making: Promise<Value> | undefined;
  return () => {
    making ??= make().catch((error: unknown) => {
      making = undefined;
      throw error;
    });
    return making;
  };
};

const openQueue = (url: string | undefined, setting: string): Queue => {
  if (url === undefined) {
    throw new InvalidSetting([`${setting} is required here: only npm start has the embedded queue in its own process`]);
  }
  return openSqsQueue({ queueUrl: url });
};

const openPolicy = (path: string | undefined, clock: Clock, logger: Logger): (() => Policy) => {
  if (path === undefined) return () => builtInPolicy;
  // Read once with a message of its own: a setting that names no file is a wrong setting, not a broken program.
  try {
    readFileSync(path);
  } catch (cause) {
    throw new InvalidSetting([`FI_POLICY_FILE=${path}: cannot be read`], { cause });
  }
  const file = openReloadingFile({
    path,
    parse: (text) => parsePolicy(text, path),
    monotonicMs: clock.monotonicMs,
    logger,
  });
  return file.current;
};

/** The xxHash module is loaded only where somebody wants it. */
const chooseHash = async (xxh3: boolean): Promise<HashEvent> => {
  if (!xxh3) return hashEvent;
  const { createChecksummingHash } = await import('./stages/hash-checksum.ts');
  return createChecksummingHash();
};

/** No batch is begun after so long: a schedule's next run goes on, and Lambda's shortest timeout here is 30 s. */
const sealRunMs = 15_000;

/** No day is begun to be dropped after so long; one of ten million events takes two minutes. */
const retainRunMs = 15_000;

/** Parts that one merge opens: fewer would write events more often, more would take a chunk of memory each. */
const mergeInputs = 100;

/** A log that was signed before goes on with its key; only a new one gets a new key. @throws InvalidSetting */
const openLogKey = async ({ signingKeyFile, logOrigin }: Config, isNewLog: boolean): Promise<Signer> => {
  const wanted = { file: signingKeyFile, origin: logOrigin };
  const signer = await (isNewLog ? openOrMakeSigningKey(wanted) : openSigningKey(wanted));
  if (signer !== undefined) return signer;
  throw new InvalidSetting([
    `FI_SIGNING_KEY_FILE=${signingKeyFile}: is not there, and the store has a signed log: copy the key of the host that signed it`,
  ]);
};

export const createWiring = (config: Config, overrides: Overrides = {}): Wiring => {
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? createLogger(config.logLevel);
  const queue = once(() => overrides.queue ?? openQueue(config.queueUrl, 'FI_QUEUE_URL'));
  const deadLetters = once(
    () => overrides.deadLetterQueue ?? openQueue(config.deadLetterQueueUrl, 'FI_DEAD_LETTER_QUEUE_URL'),
  );
  const store = once(() => createStoreGauge(config.storeDir));
  const keyStorePlace = { folder: config.keyStoreDir, masterKeyFile: config.masterKeyFile, clock };
  const isEncrypting = config.encryption === 'consultation';
  /** Made only where events are encrypted. */
  const ownKeyStore = onceMade(() => openOrMakeKeyStore(keyStorePlace));
  let foundKeyStore: KeyStore | undefined;
  /** Also where encryption is off: the store may hold what was encrypted before. Another host may make the key store at any time. */
  const findKeyStore = async (): Promise<KeyStore | undefined> => {
    foundKeyStore ??= await openKeyStore(keyStorePlace);
    return foundKeyStore;
  };
  const otherForm = createOtherForm(findKeyStore);
  const letters = once(() => openQuarantine(config.storeDir));
  const policy = once(() => openPolicy(config.policyFile, clock, logger));
  const chain = once(
    (): ChainDependencies => ({
      keys: openKeyRing({ path: config.keysFile, monotonicMs: clock.monotonicMs, logger }),
      logger,
      jwtIssuer: config.jwtIssuer,
    }),
  );
  const enqueue = once(() => createEnqueue({ queue: queue(), clock, packBytes: config.packBytes }));
  const backpressure = once(() =>
    createBackpressure({
      queue: queue(),
      store: store(),
      clock,
      logger,
      intervalMs: config.sampleIntervalMs,
      maxQueueMessages: config.maxQueueMessages,
      minFreeBytes: config.minFreeBytes,
    }),
  );

  const quarantineGauges = once(() =>
    createQuarantineGauges({ deadLetters: deadLetters(), store: letters(), clock, logger }),
  );

  const ingest = async (): Promise<IngestDependencies> => {
    const stage = createIngest(createUuidV7Source(() => clock.nowMs()));
    const pipeline = createPipeline({
      ingest: stage,
      policy: policy(),
      hash: await chooseHash(config.xxh3),
      enqueue: enqueue(),
      monotonicMs: clock.monotonicMs,
      ...(isEncrypting ? { findErased: createErasureCheck(await ownKeyStore()) } : {}),
    });
    const { nowMs } = clock;
    return {
      ...chain(),
      ingest: stage,
      pipeline,
      backpressure: backpressure(),
      nowMs,
      maxBodyBytes: config.maxBodyBytes,
    };
  };

  // HDF5 is a large WASM module: loaded where parts are read or written, and nowhere else.
  const storedReader = once(async (): Promise<EventReader & EventFeed> => {
    const { createEventReader } = await import('./store/read.ts');
    return createEventReader({ folder: config.storeDir, logger });
  });
  const read = async (): Promise<ReadDependencies> => {
    const stored = await storedReader();
    const both = createDecryptingReader(stored, createDecryption(findKeyStore));
    return { ...chain(), reader: both, feed: both, stored };
  };
  const persist = async (): Promise<PersistDependencies> => {
    const { createPartWriter } = await import('./store/level0.ts');
    const current = policy();
    return {
      writer: createPartWriter({ folder: config.storeDir, clock }),
      deadLetters: deadLetters(),
      compressionOf: (segment) => current().compressionOf(segment),
      fallbackCompression: config.compression,
      encryption: isEncrypting ? createEncryption(await ownKeyStore()) : undefined,
      clock,
      logger,
    };
  };

  /** Of all that make commits. */
  const committing = () => ({
    folder: config.storeDir,
    files: nodeStoreFiles,
    clock,
    logger,
    newId: createUuidV7Source(() => clock.nowMs()),
    openSigner: (isNewLog: boolean) => openLogKey(config, isNewLog),
    checkpointFolder: config.checkpointDir,
  });

  const seal = async (): Promise<SealDependencies> => {
    const { Sealer } = await import('./store/seal/sealer.ts');
    const { Merger } = await import('./store/merge/merger.ts');
    const current = policy();
    const common = { ...committing(), graceMs: config.sealGraceMs };
    const sealer = new Sealer({
      ...common,
      pace: { waitingParts: config.sealParts, waitingMs: config.sealAgeMs },
      batch: { events: config.sealBatchEvents, bytes: config.sealBatchBytes },
      compressionOf: (segment) => current().compressionOf(segment) ?? config.compression,
      quarantine: createConflictQuarantine(createLetterPublisher(config.storeDir), logger),
      otherForm,
    });
    const merger = new Merger({
      ...common,
      limits: { inputs: mergeInputs, events: config.mergeEvents, bytes: config.mergeBytes },
      mostIds: config.mergeIds,
      compressionOf: (segment) => current().compressionOf(segment) ?? config.mergeCompression,
    });
    return { sealer, merger, clock, logger, mostMs: sealRunMs };
  };

  const retain = async (): Promise<RetainDependencies> => {
    const { Retainer } = await import('./store/retain/retainer.ts');
    return { retainer: new Retainer({ ...committing(), policy: policy() }), clock, logger, mostMs: retainRunMs };
  };

  const quarantine = (): QuarantineDependencies => ({
    letters: createLetterPublisher(config.storeDir),
    events: queue(),
    logger,
  });
  const replay = async (): Promise<ReplayDependencies> => ({
    ...chain(),
    replay: createReplay({
      store: letters(),
      reader: { byId: async (...ids) => (await storedReader()).byId(...ids) },
      otherForm,
      events: queue(),
      clock,
      logger,
    }),
    nowMs: clock.nowMs,
  });

  return {
    ingest: once(ingest),
    read: once(read),
    persist: once(persist),
    seal: once(seal),
    retain: once(retain),
    quarantine: once(quarantine),
    replay: once(replay),
    health: () => ({ ...chain(), queue: queue(), store: store(), clock }),
    metrics: () => ({
      ...chain(),
      metricsText: overrides.metricsText ?? (() => registry.metrics()),
      sample: async () => {
        await Promise.all([backpressure().sample(), quarantineGauges().sample()]);
      },
    }),
    chain,
    backpressure,
    enqueue,
    policy,
  };
};

/** The wiring of Lambda, serverless-offline and a host's threads: everything from the environment. */
const fromEnvironment = once(() => createWiring(loadConfig()));

export const ingestDependencies = async (): Promise<IngestDependencies> => fromEnvironment().ingest();
export const readDependencies = async (): Promise<ReadDependencies> => fromEnvironment().read();
export const persistDependencies = async (): Promise<PersistDependencies> => fromEnvironment().persist();
export const sealDependencies = async (): Promise<SealDependencies> => fromEnvironment().seal();
export const retainDependencies = async (): Promise<RetainDependencies> => fromEnvironment().retain();
export const quarantineDependencies = (): QuarantineDependencies => fromEnvironment().quarantine();
export const replayDependencies = async (): Promise<ReplayDependencies> => fromEnvironment().replay();
export const healthDependencies = async (): Promise<HealthDependencies> => fromEnvironment().health();
export const metricsDependencies = async (): Promise<MetricsDependencies> => fromEnvironment().metrics();
export const chainDependencies = async (): Promise<ChainDependencies> => fromEnvironment().chain();
