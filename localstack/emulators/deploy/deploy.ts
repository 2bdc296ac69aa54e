import type { Clock } from '../../../shared/ports/clock.ts';
import { EmulatorError } from '../errors.ts';
import { waitingMessages } from '../queue/waiting.ts';
import type { Steps } from '../steps.ts';
import { removeStack } from './remove-stack.ts';
import { runServerless, type ServerlessOptions } from './serverless.ts';
import { apiUrl, readiness, readStack, type StackState, stackName } from './stack.ts';

export interface DeployOptions extends ServerlessOptions {
  readonly clock: Clock;
  readonly steps: Steps;
}

export interface Deployed {
  /** Base URL of the API, without a trailing slash. */
  readonly url: string;
  readonly stack: StackState;
}

/** CloudFormation goes on when its caller is gone; an emulator needs seconds for our stack. */
const busyTimeoutMs = 120_000;
const pollMs = 500;

/** The stack once nobody works on it any more, or as it is when that takes too long. */
const settled = async (options: DeployOptions, found: StackState): Promise<StackState | undefined> => {
  if (readiness(found.status) !== 'busy') return found;
  const { endpoint, clock, signal, steps } = options;
  return steps.run(`Waiting for an earlier deployment (${found.status})`, async () => {
    const deadlineMs = clock.monotonicMs() + busyTimeoutMs;
    for (;;) {
      const stack = await readStack(endpoint);
      if (stack === undefined || readiness(stack.status) !== 'busy' || clock.monotonicMs() >= deadlineMs) return stack;
      await clock.sleep(pollMs, signal);
      signal.throwIfAborted();
    }
  });
};

/** A broken stack may still have the queue of the deployment before, with events that were accepted. */
const requireEmptyQueue = async ({ endpoint }: DeployOptions, { status, outputs }: StackState): Promise<void> => {
  const queueUrl = outputs.EventQueueUrl;
  const messages = queueUrl === undefined ? 0 : await waitingMessages(endpoint, queueUrl);
  if (messages === 0) return;
  throw new EmulatorError(
    'StackHoldsEvents',
    `The stack ${stackName} is ${status} and has to be deleted, but ${messages} messages with accepted events wait in its queue. ` +
      'Let them be stored first (or stop the emulator, which gives them up).',
  );
};

/**
 * Gets an earlier deployment that failed out of the way: waits for one that still runs, and deletes a stack that
 * CloudFormation would refuse to update.
 */
const clearWay = async (options: DeployOptions): Promise<void> => {
  const found = await readStack(options.endpoint);
  const stack = found === undefined ? undefined : await settled(options, found);
  if (stack === undefined || readiness(stack.status) === 'deployable') return;
  await requireEmptyQueue(options, stack);
  await options.steps.run(`Deleting what a failed deployment left (${stack.status})`, () => removeStack(options));
};

/**
 * Deploys the service to an emulator, whatever became of the deployment before.
 * @throws EmulatorError `DeployFailed` or `StackHoldsEvents`
 */
export const deploy = async (options: DeployOptions): Promise<Deployed> => {
  const { endpoint, steps } = options;
  await clearWay(options);
  await steps.run('Deploying with sls deploy --stage local', () => runServerless('deploy', options));
  const stack = await readStack(endpoint);
  const url = stack === undefined ? undefined : apiUrl(endpoint, stack);
  if (stack === undefined || url === undefined || readiness(stack.status) !== 'deployable') {
    throw new EmulatorError(
      'DeployFailed',
      `sls deploy ended well, but the stack ${stackName} is ${stack?.status ?? 'not there'} and has no API: look at ${options.logFile}.`,
    );
  }
  return { url, stack };
};
