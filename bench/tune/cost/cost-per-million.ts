import { type Configuration, parametersOf } from '../configuration.ts';
import { prices } from './prices.ts';

/** What the price of an event depends on, beside the configuration. */
export interface CostInput {
  readonly configuration: Configuration;
  readonly eventsPerRequest: number;
  /** As it is sent. */
  readonly eventBytes: number;
  /** Offered, or what the target took. */
  readonly eventsPerSecond: number;
  /** Measured: what a request takes from its parsing to the queue's confirmation, on average; undefined where the target does not tell. */
  readonly acceptMs: number | undefined;
  /** Measured: what an event took of a batch's time, on average; undefined as above. */
  readonly persistMsPerEvent: number | undefined;
  /** Measured: in parts, before they are merged; undefined as above. */
  readonly storedBytes: number | undefined;
  /** Of serverless.yml. */
  readonly httpMegabytes: number;
  readonly persistMegabytes: number;
}

/** About what `npm start` comes to on two processors: taken where an emulator or a URL does not tell. */
export const assumed = { acceptMs: 5, persistMsPerEvent: 0.1, storedBytes: 250 } as const;

/** In US dollars for a million events. */
export interface Cost {
  readonly api: number;
  readonly ingest: number;
  readonly queue: number;
  readonly persist: number;
  readonly store: number;
  readonly total: number;
}

/** Lambda hands a function no more than this at once. */
const mostInvocationBytes = 6_000_000;

/** SQS gives and takes so many messages a call. */
const messagesPerCall = 10;

const million = 1_000_000;

/** How many events a batch has: as many as came in its window, as many as it may have, or as fit into one invocation. */
const eventsPerBatchOf = ({ configuration, ...input }: CostInput, eventsPerMessage: number): number => {
  const { batchSize, batchWindowSeconds, persistConcurrency } = parametersOf(configuration);
  const most = Math.min(batchSize * eventsPerMessage, mostInvocationBytes / input.eventBytes);
  const gathered = (input.eventsPerSecond * batchWindowSeconds) / persistConcurrency;
  return Math.min(most, Math.max(eventsPerMessage, gathered));
};

/**
 * What AWS would take for a million events: requests and GB-seconds by its list prices, with counts from the configuration as serverless.yml
 * would have it and durations as they were measured here. A model: Lambda's processors, SQS's and EFS's latencies are not in it, nor are the
 * pollers' requests while nothing comes, sealing and merging. On Lambda requests share no packs, since each has a process of its own.
 */
export const costPerMillion = (input: CostInput): Cost => {
  const { configuration, eventsPerRequest, eventBytes } = input;
  const {
    acceptMs = assumed.acceptMs,
    persistMsPerEvent = assumed.persistMsPerEvent,
    storedBytes = assumed.storedBytes,
  } = input;
  const requestBytes = eventsPerRequest * eventBytes;
  const messagesPerRequest = Math.max(1, Math.ceil(requestBytes / configuration.packBytes));
  const eventsPerMessage = eventsPerRequest / messagesPerRequest;
  const eventsPerBatch = eventsPerBatchOf(input, eventsPerMessage);
  const requests = million / eventsPerRequest;
  const messages = requests * messagesPerRequest;
  const meteredSends = requests * Math.ceil(requestBytes / prices.sqsMeterBytes);
  const messageBytes = requestBytes / messagesPerRequest;
  const perReceive = Math.min(messagesPerCall, eventsPerBatch / eventsPerMessage);
  const meteredReceives = (messages / perReceive) * Math.ceil((perReceive * messageBytes) / prices.sqsMeterBytes);
  const deletes = messages / perReceive;
  const gigabyteSeconds = (ms: number, megabytes: number): number =>
    (ms / 1_000) * (megabytes / 1_024) * prices.lambdaGigabyteSecond;
  const lambda = (calls: number): number => (calls / million) * prices.lambdaMillion;
  const storedGigabytes = (million * storedBytes) / 1e9;

  const api = (requests / million) * Math.ceil(requestBytes / prices.httpApiMeterBytes) * prices.httpApiMillion;
  const ingest = lambda(requests) + gigabyteSeconds(requests * acceptMs, input.httpMegabytes);
  const queue = ((meteredSends + meteredReceives + deletes) / million) * prices.sqsMillion;
  const persist =
    lambda(million / eventsPerBatch) + gigabyteSeconds(million * persistMsPerEvent, input.persistMegabytes);
  const store = storedGigabytes * (prices.efsWriteGigabyte + prices.efsMonthGigabyte);
  return { api, ingest, queue, persist, store, total: api + ingest + queue + persist + store };
};
