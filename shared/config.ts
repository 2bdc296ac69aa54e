import path from 'node:path';
import { InvalidSetting } from './domain/errors.ts';
import { limits } from './domain/limits.ts';
import { isKeyName } from './store/log/note/verifier-key.ts';
import type { Compression } from './store/port.ts';
import { type LogLevel, logLevels } from './telemetry/log.ts';

/** One setting: how it is read, what it defaults to, and why. The README's table is made from these. */
interface Setting<Value> {
  readonly name: string;
  /** Shown in the README; empty where the value has no unit. */
  readonly unit: string;
  /** As one would write it in the environment; undefined when the setting is off unless given. */
  readonly fallback: string | undefined;
  readonly why: string;
  /** @throws Error whose message says what is allowed. */
  readonly parse: (text: string) => Value;
}

const text = (value: string): string => value;
const folder = (value: string): string => path.resolve(value);

const whole =
  (least: number, most: number) =>
  (value: string): number => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw new Error(`must be a whole number from ${least} to ${most}`);
    }
    return number;
  };

const oneOf =
  <const Choices extends readonly string[]>(choices: Choices) =>
  (value: string): Choices[number] => {
    if (!choices.includes(value)) throw new Error(`must be one of ${choices.join(', ')}`);
    return value;
  };

const flag = (value: string): boolean => oneOf(['true', 'false'])(value) === 'true';

const url = (value: string): string => {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    throw new Error('must be an http or https URL');
  return value;
};

const compression = (value: string): Compression => {
  if (!/^(none|gzip-[1-9])$/.test(value)) throw new Error('must be none or gzip-1 to gzip-9');
  return value as Compression;
};

const origin = (value: string): string => {
  if (!isKeyName(value)) throw new Error('must have neither spaces nor a plus, e.g. events.example.org/clinic');
  return value;
};

const gibibyte = 1024 ** 3;
const mebibyte = 1024 ** 2;

const required = <Value>(
  name: string,
  unit: string,
  fallback: string,
  parse: (value: string) => Value,
  why: string,
): Setting<Value> => ({ name, unit, fallback, parse, why });

const optional = <Value>(
  name: string,
  unit: string,
  parse: (value: string) => Value,
  why: string,
): Setting<Value | undefined> => ({ name, unit, fallback: undefined, parse, why });

/** Every setting of the product. */
export const settings = {
  httpHost: required(
    'FI_HTTP_HOST',
    '',
    '127.0.0.1',
    text,
    'Without keys only a loopback address is served; any other needs keys.',
  ),
  httpPort: required(
    'FI_HTTP_PORT',
    'port',
    '7001',
    whole(0, 65_535),
    "The port of the report's scripts; 0 takes a free one.",
  ),
  storeDir: required(
    'FI_STORE_DIR',
    'folder',
    './data/store',
    folder,
    'The shared folder of HDF5 parts: the NAS, EFS, or a local disk.',
  ),
  queueDir: required(
    'FI_QUEUE_DIR',
    'folder',
    './data/queue',
    folder,
    'The embedded queue; must be a local disk, since the 202 rests on its sync.',
  ),
  queuePort: required(
    'FI_QUEUE_PORT',
    'port',
    '7002',
    whole(0, 65_535),
    "Where the embedded queue serves SQS's protocol, on the loopback only; 0 takes a free one.",
  ),
  queueUrl: optional(
    'FI_QUEUE_URL',
    'URL',
    url,
    'An SQS-compatible queue elsewhere, instead of the embedded one; credentials, region and AWS_ENDPOINT_URL are read by the AWS SDK.',
  ),
  deadLetterQueueUrl: optional(
    'FI_DEAD_LETTER_QUEUE_URL',
    'URL',
    url,
    'Where an event goes that cannot be stored; required with FI_QUEUE_URL.',
  ),
  queueMaxBytes: required(
    'FI_QUEUE_MAX_BYTES',
    'bytes',
    String(4 * gibibyte),
    whole(64 * mebibyte, 2 ** 46),
    'The most disk that the embedded queue takes; beyond it a send fails and the client is told to wait.',
  ),
  queueMemoryBytes: required(
    'FI_QUEUE_MEMORY_BYTES',
    'bytes',
    String(16 * mebibyte),
    whole(mebibyte, 2 ** 40),
    'Message bodies kept in memory: some seconds of a busy host. Of a larger backlog the newest are read back from the journal, which costs no more.',
  ),
  queueSegmentBytes: required(
    'FI_QUEUE_SEGMENT_BYTES',
    'bytes',
    String(32 * mebibyte),
    whole(4 * mebibyte, gibibyte),
    'Size of one preallocated journal file: large enough that rolling over is rare, small enough to zero-fill in a moment.',
  ),
  visibilityTimeoutSeconds: required(
    'FI_VISIBILITY_TIMEOUT_S',
    's',
    '30',
    whole(1, 43_200),
    'How long a dead consumer keeps its messages; a live one extends it while its batch runs.',
  ),
  maxReceiveCount: required(
    'FI_MAX_RECEIVE_COUNT',
    'receives',
    '1000',
    whole(1, 1_000),
    'Redrive is the last net: an outage of the store must not fill the dead-letter queue, and persist isolates poison itself.',
  ),
  batchSize: required(
    'FI_BATCH_SIZE',
    'messages',
    '1000',
    whole(1, 10_000),
    'Most messages (packs) a batch, as Lambda counts; 6 MB a batch bind first when packs are full.',
  ),
  batchWindowMs: required(
    'FI_BATCH_WINDOW_MS',
    'ms',
    '200',
    whole(0, 300_000),
    'How long a batch may gather: an event is readable well within a second, and a part is worth its file. Rounded up to seconds on AWS.',
  ),
  persistConcurrency: required(
    'FI_PERSIST_CONCURRENCY',
    'batches',
    '1',
    whole(1, 64),
    'Batches written at a time; each has a thread. One keeps up with one front on two cores.',
  ),
  compression: required(
    'FI_COMPRESSION',
    'none, gzip-1..9',
    'gzip-1',
    compression,
    'For segments whose policy names none. Higher levels take more processor time for fewer bytes.',
  ),
  maxBodyBytes: required(
    'FI_MAX_BODY_BYTES',
    'bytes',
    String(16 * mebibyte),
    whole(1_024, gibibyte),
    'Largest request body, counted as received.',
  ),
  packBytes: required(
    'FI_PACK_BYTES',
    'bytes',
    '262144',
    whole(1_024, limits.messageBytes),
    'Size at which a pack is full. One event may be larger, up to the largest message.',
  ),
  maxQueueMessages: required(
    'FI_MAX_QUEUE_MESSAGES',
    'messages',
    '100000',
    whole(1, 1_000_000_000),
    'Above this depth ingest answers 429: the backlog would take longer to store than clients wait.',
  ),
  minFreeBytes: required(
    'FI_MIN_FREE_BYTES',
    'bytes',
    String(256 * mebibyte),
    whole(0, 2 ** 50),
    'Below this much free space in the store ingest answers 503 instead of accepting what it may not keep.',
  ),
  sampleIntervalMs: required(
    'FI_SAMPLE_INTERVAL_MS',
    'ms',
    '1000',
    whole(10, 600_000),
    'How often queue depth and free space are sampled for backpressure and metrics.',
  ),
  streams: required(
    'FI_STREAMS',
    'clients',
    '100',
    whole(0, 10_000),
    'Clients that may follow events over a connection that stays open, each with up to 256 KiB in memory. More get a page at a time and come again by themselves.',
  ),
  streamHeartbeatMs: required(
    'FI_STREAM_HEARTBEAT_MS',
    'ms',
    '15000',
    whole(100, 600_000),
    'How often a stream on which nothing happens sends a comment: shorter than what proxies take for idle, 60 s as a rule.',
  ),
  streamPollMs: required(
    'FI_STREAM_POLL_MS',
    'ms',
    '500',
    whole(10, 60_000),
    'How often new commits are looked for while clients follow, once for all of them.',
  ),
  policyFile: optional(
    'FI_POLICY_FILE',
    'file',
    folder,
    "Segments by event type (JSON); without it the report's event types get the built-in policy.",
  ),
  keysFile: required(
    'FI_KEYS_FILE',
    'file',
    './data/keys.json',
    folder,
    'Hashes of the API keys; as soon as it has one, every call needs one.',
  ),
  sealIntervalMs: required(
    'FI_SEAL_INTERVAL_MS',
    'ms',
    '1000',
    whole(10, 3_600_000),
    'How often npm start looks whether there is something to seal. On AWS the schedule of serverless.yml does.',
  ),
  sealAgeMs: required(
    'FI_SEAL_AGE_MS',
    'ms',
    '10000',
    whole(0, 86_400_000),
    'A part that has waited so long is sealed: how late an event gets its position. Each seal makes a commit, and parts that have to be merged.',
  ),
  sealParts: required(
    'FI_SEAL_PARTS',
    'parts',
    '100',
    whole(1, 100_000),
    'So many parts waiting are sealed before they have that age, so that level 0 stays short under load.',
  ),
  sealBatchEvents: required(
    'FI_SEAL_BATCH_EVENTS',
    'events',
    '16384',
    whole(1, 1_000_000),
    'Most events of one commit, give or take a part; they are in memory at once, with those of the next commit where more waits.',
  ),
  sealBatchBytes: required(
    'FI_SEAL_BATCH_BYTES',
    'bytes',
    String(16 * mebibyte),
    whole(mebibyte, gibibyte),
    'Most payload of one commit, give or take a part; it is in memory at once, with that of the next commit where more waits.',
  ),
  sealGraceMs: required(
    'FI_SEAL_GRACE_MS',
    'ms',
    '600000',
    whole(600_000, 30 * 86_400_000),
    "How long a file that a commit named as removed stays, by the share's clock: readers that have it in their list finish, and listings may be old.",
  ),
  retainIntervalMs: required(
    'FI_RETAIN_INTERVAL_MS',
    'ms',
    '0',
    whole(0, 7 * 86_400_000),
    'How often npm start drops days whose retention is over, e.g. 3600000; 0: never, and "fi retain" does it when somebody says so.',
  ),
  mergeEvents: required(
    'FI_MERGE_EVENTS',
    'events',
    '131072',
    whole(1_000, 1_048_576),
    'Most events of a merged part, some 13 MB. Sealing waits for one merge of so many at most: some seconds.',
  ),
  mergeBytes: required(
    'FI_MERGE_BYTES',
    'bytes',
    String(64 * mebibyte),
    whole(mebibyte, gibibyte),
    'Most bytes of a merged part, where events are large; it is in memory twice.',
  ),
  mergeIds: required(
    'FI_MERGE_IDS',
    'ids',
    '50000000',
    whole(1_000, 10_000_000_000),
    'Most ids of a merged run of the index of known ids; sealing waits for it, and on AWS it has to be done in five minutes. Larger runs stay as they are, and each costs every seal a look.',
  ),
  mergeCompression: required(
    'FI_MERGE_COMPRESSION',
    '',
    'gzip-9',
    compression,
    'Of merged parts: an event is merged a few times, and kept for years. gzip-6 takes 13 % less time to merge and 2 % more room, gzip-4 a third less and 17 % more.',
  ),
  signingKeyFile: required(
    'FI_SIGNING_KEY_FILE',
    'file',
    './data/signing-key',
    folder,
    'Signs the checkpoints of the log; made at the first start. Not in the store: who alters events must not be able to sign them. All sealers of one store have the same.',
  ),
  logOrigin: optional(
    'FI_LOG_ORIGIN',
    '',
    origin,
    "The log's name in checkpoints, best a domain of yours and a path; without it the key gets a name that no other log has. Stays as it is for the life of the store.",
  ),
  checkpointDir: optional(
    'FI_CHECKPOINT_DIR',
    'folder',
    folder,
    "Keeps each day's last checkpoint in a second place: that events were cut off the end of a log, nobody can see who has only the log.",
  ),
  encryption: required(
    'FI_ENCRYPTION',
    '',
    'off',
    oneOf(['off', 'consultation']),
    'consultation stores payloads and user ids encrypted, each consultation under a key of its own, so that "fi erase" can make it unreadable for good. Leave it on once something was erased.',
  ),
  keyStoreDir: required(
    'FI_KEY_STORE_DIR',
    'folder',
    './data/key-store',
    folder,
    'The keys of consultations. Not in the store, so that who has a copy of the store can read nothing. All hosts of one store share it; back it up, and take what you erase out of the backups too.',
  ),
  masterKeyFile: required(
    'FI_MASTER_KEY_FILE',
    'file',
    './data/master-key',
    folder,
    'Encrypts the keys of the key store; made at the first start with encryption. All hosts of one store have the same. Keep a copy elsewhere: without it nothing encrypted can be read.',
  ),
  apiUrl: required(
    'FI_API_URL',
    'URL',
    'http://127.0.0.1:7001',
    url,
    'Whose quarantine "fi replay" deals with: any host, or a gateway with its path.',
  ),
  apiKey: optional('FI_API_KEY', '', text, 'The key that "fi replay" sends; it must allow the action replay.'),
  jwtIssuer: optional(
    'FI_JWT_ISSUER',
    'URL',
    url,
    'Behind an HTTP API whose JWT authoriser checks tokens of this issuer: who comes with one needs no key. What else a gateway claims is not trusted.',
  ),
  xxh3: required(
    'FI_XXH3',
    'true, false',
    'false',
    flag,
    "Adds a non-cryptographic xxh3 beside SHA-256, the report's trade; off since it proves nothing.",
  ),
  requestTimeoutMs: required(
    'FI_REQUEST_TIMEOUT_MS',
    'ms',
    '30000',
    whole(100, 3_600_000),
    'A client that has not sent its whole request by then gets a 408.',
  ),
  drainTimeoutMs: required(
    'FI_DRAIN_TIMEOUT_MS',
    'ms',
    '30000',
    whole(0, 3_600_000),
    'After SIGTERM, how long running batches may take before the host gives up waiting; what is not finished comes back.',
  ),
  logLevel: required<LogLevel>(
    'FI_LOG_LEVEL',
    logLevels.join(', '),
    'info',
    oneOf(logLevels),
    'One JSON object a line on standard error.',
  ),
} satisfies Record<string, Setting<unknown>>;

/** The settings as read, with their types. */
export type Config = { readonly [Key in keyof typeof settings]: ReturnType<(typeof settings)[Key]['parse']> };

const byName = new Map(Object.values(settings).map((setting) => [setting.name, setting]));

/** The known name that agrees longest with a misspelt one, underscores aside. */
const nearest = (unknown: string): string => {
  const letters = (name: string): string => name.replaceAll('_', '');
  const agreement = (name: string): number => {
    const [left, right] = [letters(name), letters(unknown)];
    let length = 0;
    while (length < left.length && left[length] === right[length]) length++;
    return length;
  };
  return [...byName.keys()].reduce((best, name) => (agreement(name) > agreement(best) ? name : best));
};

const isWithin = (folder: string, file: string): boolean => {
  const relative = path.relative(folder, file);
  return relative === '' || !(relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative));
};

/**
 * Reads all settings from an environment.
 * @throws InvalidSetting that lists every unknown `FI_*` name and every wrong value at once.
 */
export const loadConfig = (environment: Readonly<Record<string, string | undefined>> = process.env): Config => {
  const problems: string[] = [];
  for (const name of Object.keys(environment)) {
    if (name.startsWith('FI_') && !byName.has(name) && !name.startsWith('FI_TEST_')) {
      problems.push(`${name} is not a setting; did you mean ${nearest(name)}?`);
    }
  }
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries<Setting<unknown>>(settings)) {
    const given = environment[setting.name] || setting.fallback;
    if (given === undefined) continue;
    try {
      values[key] = setting.parse(given);
    } catch (error) {
      problems.push(`${setting.name}=${given}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (environment[settings.queueUrl.name] && !environment[settings.deadLetterQueueUrl.name]) {
    problems.push(`${settings.deadLetterQueueUrl.name} is required with ${settings.queueUrl.name}`);
  }
  for (const key of ['signingKeyFile', 'checkpointDir'] as const) {
    const outside = values[key];
    if (typeof outside === 'string' && isWithin(String(values.storeDir), outside)) {
      problems.push(
        `${settings[key].name}=${outside}: must not be in ${settings.storeDir.name}, whose alteration it is to show`,
      );
    }
  }
  for (const [key, folderKey] of [
    ['keyStoreDir', 'storeDir'],
    ['masterKeyFile', 'storeDir'],
    ['masterKeyFile', 'keyStoreDir'],
  ] as const) {
    if (!isWithin(String(values[folderKey]), String(values[key]))) continue;
    const why = 'whoever copies the one must not have the other';
    problems.push(`${settings[key].name}=${values[key]}: must not be in ${settings[folderKey].name}: ${why}`);
  }
  if (problems.length > 0) throw new InvalidSetting(problems);
  return values as Config;
};
