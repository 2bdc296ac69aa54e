import { readFileSync } from 'node:fs';

const read = <Data>(name: string): Data =>
  JSON.parse(readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8'));

/** A price, and where it was found. */
export interface Price {
  readonly value: number;
  readonly what: string;
  readonly source: string;
  /** When the source said so; `unknown` where it does not tell. */
  readonly publishedOn: string;
}

export interface AwsPrices {
  readonly region: string;
  readonly currency: string;
  readonly readOn: string;
  readonly note: string;
  readonly prices: Readonly<
    Record<
      | 'httpApiPerMillionRequests'
      | 'httpApiPerMillionRequestsBeyond'
      | 'lambdaPerMillionRequests'
      | 'lambdaPerGigabyteSecond'
      | 'sqsPerMillionRequests'
      | 'pollerPerHour'
      | 'efsPerGigabyteMonth'
      | 'efsColdPerGigabyteMonth'
      | 'efsPerGigabyteWritten'
      | 'efsPerGigabyteRead'
      | 'interfaceEndpointPerHour'
      | 'interfaceEndpointPerGigabyte',
      Price
    >
  >;
}

/** How Lambda's SQS triggers scale, and what is assumed of the rest. */
export interface AwsBehaviour {
  readonly scaling: {
    readonly source: string;
    readonly firstConcurrency: number;
    readonly moreConcurrencyPerMinute: number;
    readonly mostConcurrency: number;
  };
  readonly provisioned: {
    readonly source: string;
    readonly fewestPollers: number;
    readonly mostPollers: number;
    readonly invocationsPerPoller: number;
    readonly bytesPerSecondPerPoller: number;
    readonly callsPerSecondPerPoller: number;
    readonly moreConcurrencyPerMinute: number;
  };
  readonly assumed: {
    readonly why: string;
    /** Of one invocation of `functions/ingest`, its call to SQS included. */
    readonly ingestMs: number;
    /** Of a part on EFS: create, sync, link, sync the folder. */
    readonly efsPublishMs: number;
    /** Lambda gives processor time in proportion to memory. */
    readonly megabytesOfOneProcessor: number;
    /** Of the calibrated machine's. */
    readonly processorSpeed: number;
  };
}

export const awsPrices = (): AwsPrices => read('aws-prices.json');
export const awsBehaviour = (): AwsBehaviour => read('aws-behaviour.json');
