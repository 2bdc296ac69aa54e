import { afterAll, beforeAll, describe } from 'vitest';
import { type Api, createApi } from '../api/api.ts';
import { loadContract } from '../api/contract.ts';
import { openQueues, type Queues } from '../api/dead-letters.ts';
import type { Host } from '../hosts/host.ts';
import { acceptSuite } from './accept.ts';
import { bytesSuite } from './bytes.ts';
import { largeSuite } from './large.ts';
import { operationsSuite } from './operations.ts';
import { poisonSuite } from './poison.ts';
import { readSuite } from './read.ts';
import { redeliverySuite } from './redelivery.ts';
import { refuseSuite } from './refuse.ts';
import { repeatSuite } from './repeat.ts';
import { replaySuite } from './replay.ts';

/** What a suite works with; filled in before its first test. */
export interface Subject {
  readonly host: Host;
  readonly api: Api;
  /** Undefined where tests may not reach them. */
  readonly queues: Queues | undefined;
}

/** The one suite that every host has to pass. */
export const endToEndSuite = (name: string, start: () => Promise<Host>): void => {
  describe(name, () => {
    let started: Subject | undefined;
    const subject = (): Subject => {
      if (started === undefined) throw new Error(`${name} is not running`);
      return started;
    };
    beforeAll(async () => {
      const host = await start();
      const api = createApi(host.baseUrl, await loadContract(host.baseUrl, host.headers), host.headers);
      const { queueEndpoint } = host;
      started = { host, api, queues: queueEndpoint === undefined ? undefined : openQueues(queueEndpoint) };
    }, 300_000);
    afterAll(async () => {
      started?.queues?.close();
      await started?.host.stop();
    });

    acceptSuite(subject);
    readSuite(subject);
    repeatSuite(subject);
    refuseSuite(subject);
    bytesSuite(subject);
    poisonSuite(subject);
    replaySuite(subject);
    redeliverySuite(subject);
    operationsSuite(subject);
    largeSuite(subject);
  });
};
