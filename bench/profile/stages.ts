/** A stage of the product, and where its code is. */
interface Stage {
  readonly what: string;
  /** Folders and files, of the repository or of Node; the longest that a file's path begins with decides. */
  readonly places: readonly string[];
}

/** Every place of the product's code stands in here once. */
const stagesByName = {
  http: {
    what: 'HTTP: reading requests, writing answers, sockets',
    places: [
      'localstack/host',
      'node:http',
      'node:_http_agent',
      'node:_http_client',
      'node:_http_common',
      'node:_http_incoming',
      'node:_http_outgoing',
      'node:_http_server',
      'node:internal/http',
      'node:net',
      'node:internal/net',
      'node:internal/stream_base_commons',
      'node:internal/streams',
      'node:stream',
      'node:internal/deps/undici',
    ],
  },
  chain: {
    what: 'the middleware chain, keys, routes, answers',
    places: ['functions', 'shared/http', 'node_modules/@middy'],
  },
  ingest: {
    what: 'INGEST: parsing, validation, ids',
    places: ['shared/stages/ingest', 'shared/stages/ingest.ts', 'shared/stages/ingest-pipeline.ts', 'shared/domain'],
  },
  segment: {
    what: 'SEGMENT: the policy',
    places: ['shared/stages/segment.ts', 'shared/domain/policy.ts', 'shared/reloading-file.ts'],
  },
  hash: {
    what: 'HASH: leaf and content hashes',
    places: [
      'shared/stages/hash.ts',
      'shared/stages/hash-checksum.ts',
      'shared/domain/leaf.ts',
      'shared/store/event-hashes',
      'node:internal/crypto',
      'node:crypto',
      'node_modules/hash-wasm',
    ],
  },
  packs: {
    what: 'ENQUEUE: packs, and their way to the queue',
    places: [
      'shared/stages/enqueue.ts',
      'shared/stages/enqueue',
      'shared/stages/pace.ts',
      'shared/queue/packs',
      'shared/queue/port.ts',
      'shared/queue/in-calls.ts',
    ],
  },
  journal: { what: 'the embedded queue: state, records, checksums', places: ['shared/queue/journal'] },
  queueServer: { what: "the embedded queue's SQS protocol", places: ['shared/queue/journal/server'] },
  files: {
    what: 'file calls, syncs among them',
    places: [
      'shared/queue/journal/files.ts',
      'shared/queue/journal/node-files.ts',
      'shared/store/files.ts',
      'node:fs',
      'node:internal/fs',
    ],
  },
  poller: {
    what: 'the poller and its SQS client',
    places: [
      'shared/queue/poller',
      'shared/queue/sqs',
      'localstack/host/consumer',
      'node_modules/@aws-sdk',
      'node_modules/@smithy',
      'node_modules/@aws',
    ],
  },
  threads: {
    what: 'handing batches to threads',
    places: ['localstack/host/environment', 'node:internal/worker', 'node:internal/per_context/messageport'],
  },
  persist: {
    what: 'PERSIST: unpacking, repeats, level 0, publishing',
    places: [
      'shared/stages/persist.ts',
      'shared/stages/persist',
      'shared/store/level0.ts',
      'shared/store/level0-listing.ts',
      'shared/store/level0-names.ts',
      'shared/store/publish.ts',
      'shared/store/publish-stream.ts',
      'shared/store/folders.ts',
      'shared/store/require-links.ts',
    ],
  },
  columns: { what: 'columns and rows of parts', places: ['shared/store/part'] },
  hdf5: {
    what: 'HDF5',
    places: [
      'shared/store/hdf5',
      'shared/store/part/hdf5.ts',
      'shared/store/part/hdf5-factory.d.ts',
      'node_modules/h5wasm',
    ],
  },
  deflate: {
    what: 'deflate and checksums, but for the threads of the pool',
    places: ['shared/store/part/sealed/deflate-queue.ts', 'node:zlib'],
  },
  seal: {
    what: 'SEAL: gathering, repeats, positions',
    places: ['shared/stages/seal.ts', 'shared/stages/seal', 'shared/store/seal'],
  },
  knownIds: { what: 'the index of known ids', places: ['shared/store/known-ids'] },
  consultations: { what: 'the index of consultations', places: ['shared/store/consultations'] },
  merge: {
    what: 'merging parts',
    places: [
      'shared/store/merge',
      'shared/store/part/sealed/merge.ts',
      'shared/store/part/sealed/merge-input.ts',
      'shared/store/part/sealed/merge-window.ts',
    ],
  },
  commits: { what: 'commits', places: ['shared/store/commits'] },
  tiles: { what: 'the log: tiles, checkpoints, proofs', places: ['shared/store/log', 'shared/store/merkle.ts'] },
  read: {
    what: 'reading pages and events',
    places: ['shared/store/read.ts', 'shared/store/read', 'shared/store/port.ts'],
  },
  verify: { what: 'verifying', places: ['shared/store/verify'] },
  retain: { what: 'retention', places: ['shared/stages/retain.ts', 'shared/store/retain'] },
  quarantine: {
    what: 'quarantine and replay',
    places: [
      'shared/stages/quarantine.ts',
      'shared/stages/quarantine',
      'shared/stages/replay.ts',
      'shared/stages/replay',
      'shared/queue/letters',
      'shared/store/quarantine',
    ],
  },
  encryption: {
    what: 'encryption and its keys',
    places: ['shared/encryption', 'shared/key-store', 'shared/secret-file.ts', 'node_modules/@noble'],
  },
  telemetry: { what: 'metrics and log lines', places: ['shared/telemetry', 'node_modules/prom-client'] },
  upkeep: {
    what: 'clocks, settings, wiring, backpressure samples',
    places: [
      'shared/ports',
      'shared/config.ts',
      'shared/wiring.ts',
      'shared/once-made.ts',
      'shared/turns.ts',
      'shared/store/gauge.ts',
      'shared/store/outage.ts',
      'shared/store/share-clock.ts',
    ],
  },
  node: { what: 'Node itself: event loop, timers, promises', places: ['node:'] },
  garbage: { what: 'garbage collection, in the threads that it stops', places: [] },
  v8Threads: { what: "V8's own threads: garbage collection, compiling", places: [] },
  poolThreads: { what: "the pool's threads: file calls and syncs, deflate", places: [] },
  other: { what: 'other packages, and the bench', places: [] },
} as const satisfies Record<string, Stage>;

export type StageName = keyof typeof stagesByName;

export const stages: Readonly<Record<StageName, Stage>> = stagesByName;

export const stageNames = Object.keys(stagesByName) as readonly StageName[];

const isIn = (file: string, place: string): boolean =>
  file === place || file.startsWith(place.endsWith(':') ? place : `${place}/`);

/** Of all that a path begins with, the longest decides. */
const byLengthOfPlace = stageNames
  .flatMap((name) => stages[name].places.map((place) => ({ name, place })))
  .sort((left, right) => right.place.length - left.place.length);

/** @param file relative to the repository, or a module of Node as `node:net` */
export const stageOf = (file: string): StageName =>
  byLengthOfPlace.find(({ place }) => isIn(file, place))?.name ?? 'other';
