import type { EventSource } from '../../../shared/queue/poller/poller.ts';

/** The region and account that a queue without any is said to be of. */
const defaultRegion = 'us-east-1';
const defaultAccount = '000000000000';

/** Which queue a URL means, as SQS triggers name it: `https://sqs.<region>.amazonaws.com/<account>/<name>`, or an emulator's. */
export const eventSourceOf = (queueUrl: string): EventSource => {
  const { hostname, pathname } = new URL(queueUrl);
  const [name = '', account = defaultAccount] = pathname.split('/').filter(Boolean).reverse();
  const region = /^sqs\.([a-z0-9-]+)\./.exec(hostname)?.[1] ?? defaultRegion;
  return { arn: `arn:aws:sqs:${region}:${account}:${name}`, region };
};
