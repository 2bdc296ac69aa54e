import { type NodeCosts, shareBytesPerEvent, workUs } from '../node/costs.ts';
import type { AwsBehaviour, AwsPrices } from './behaviour.ts';

/** What a deployment has to do in a month. */
export interface AwsMonth {
  readonly requests: number;
  readonly eventsPerRequest: number;
  /** Invocations of persist, from the trigger's simulation. */
  readonly messagesPerBatch: number;
  /** Parameters of serverless.yml's stage `prod`. */
  readonly ingestMegabytes: number;
  readonly persistMegabytes: number;
  readonly endpointZones: number;
  /** Events that the store holds; those that came this month are warm, the others in the archive class. */
  readonly warmEvents: number;
  readonly coldEvents: number;
}

/** A line of the bill, in the prices' currency. */
export interface BillLine {
  readonly what: string;
  readonly perMonth: number;
}

const million = 1e6;
const gigabyte = 1e9;
const sqsChunkBytes = 64 * 1_024;
const messagesPerCall = 10;
const httpApiFirstTier = 300 * million;
const hoursAMonth = 730;
/** The schedule of serverless.yml seals once a minute. */
const sealsAMonth = hoursAMonth * 60;

/** How long persist works on so many messages, given its memory. */
export const persistMs = (
  costs: NodeCosts,
  { assumed }: AwsBehaviour,
  { messages, events, megabytes }: { readonly messages: number; readonly events: number; readonly megabytes: number },
): number => {
  const us = workUs(costs.worker, { messages, events, batches: 1 }) + workUs(costs.consumerHelpers, { events });
  const processors = Math.min(1, megabytes / assumed.megabytesOfOneProcessor) * assumed.processorSpeed;
  return us / 1_000 / processors + assumed.efsPublishMs;
};

/** What AWS would cost in a month, line by line, by list prices. */
export const monthlyCost = (
  month: AwsMonth,
  costs: NodeCosts,
  behaviour: AwsBehaviour,
  { prices }: AwsPrices,
): readonly BillLine[] => {
  const { requests, eventsPerRequest, messagesPerBatch, ingestMegabytes, persistMegabytes } = month;
  const events = requests * eventsPerRequest;
  // On Lambda a process serves one request at a time, so that each sends a message of its own.
  const messages = requests;
  const messageBytes = costs.messageBytesPerEvent * eventsPerRequest;
  const batches = messages / messagesPerBatch;
  const gigabyteSeconds = (megabytes: number, ms: number): number => (megabytes / 1_024) * (ms / 1_000);
  const batchMs = persistMs(costs, behaviour, {
    messages: messagesPerBatch,
    events: messagesPerBatch * eventsPerRequest,
    megabytes: persistMegabytes,
  });
  const sealUs = costs.sealPerEventUs + costs.mergesPerEvent * costs.mergePerEventUs;
  const lambdaSeconds =
    requests * gigabyteSeconds(ingestMegabytes, behaviour.assumed.ingestMs) +
    batches * gigabyteSeconds(persistMegabytes, batchMs) +
    gigabyteSeconds(persistMegabytes, (events * sealUs) / 1_000 / behaviour.assumed.processorSpeed);
  const sqsRequests =
    messages * Math.max(1, messageBytes / sqsChunkBytes) +
    (messages / messagesPerCall) * Math.max(1, (messagesPerCall * messageBytes) / sqsChunkBytes) +
    messages / messagesPerCall;
  const { storedBytesPerEvent } = costs;
  const share = shareBytesPerEvent(costs);
  const inFirstTier = Math.min(requests, httpApiFirstTier);
  return [
    {
      what: 'API Gateway',
      perMonth:
        (inFirstTier * prices.httpApiPerMillionRequests.value +
          (requests - inFirstTier) * prices.httpApiPerMillionRequestsBeyond.value) /
        million,
    },
    {
      what: 'Lambda, invocations',
      perMonth: ((requests + batches + sealsAMonth) * prices.lambdaPerMillionRequests.value) / million,
    },
    { what: 'Lambda, time', perMonth: lambdaSeconds * prices.lambdaPerGigabyteSecond.value },
    { what: 'SQS', perMonth: (sqsRequests * prices.sqsPerMillionRequests.value) / million },
    {
      what: 'VPC endpoint',
      perMonth:
        month.endpointZones * hoursAMonth * prices.interfaceEndpointPerHour.value +
        ((messages * messageBytes) / gigabyte) * prices.interfaceEndpointPerGigabyte.value,
    },
    {
      what: 'EFS, stored',
      perMonth:
        (month.warmEvents * storedBytesPerEvent * prices.efsPerGigabyteMonth.value +
          month.coldEvents * storedBytesPerEvent * prices.efsColdPerGigabyteMonth.value) /
        gigabyte,
    },
    {
      what: 'EFS, written and read',
      perMonth:
        (events * (share.written * prices.efsPerGigabyteWritten.value + share.read * prices.efsPerGigabyteRead.value)) /
        gigabyte,
    },
  ];
};

export const totalOf = (lines: readonly BillLine[]): number => lines.reduce((sum, { perMonth }) => sum + perMonth, 0);
