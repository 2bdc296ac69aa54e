import type { MetricSnapshot } from '../metrics-snapshot.ts';
import type { EnvironmentReply, EnvironmentRequest } from './protocol.ts';

/** What a function is given beside its event: the part of Lambda's context that ours read. */
export interface FunctionContext {
  readonly functionName: string;
  readonly awsRequestId: string;
}

export type FunctionHandler = (event: unknown, context: FunctionContext) => Promise<unknown>;

/** The environment's side of the channel; a `MessagePort`, or a test's own. */
export interface EnvironmentChannel {
  on(event: 'message', listener: (request: EnvironmentRequest) => void): unknown;
  postMessage(reply: EnvironmentReply): void;
}

const describe = (error: unknown): { name: string; message: string } =>
  error instanceof Error ? { name: error.name, message: error.message } : { name: 'Error', message: String(error) };

/** Answers each request of `channel` with `handler`'s result or failure; several may run at a time. */
export const serve = (
  channel: EnvironmentChannel,
  functionName: string,
  handler: FunctionHandler,
  metrics: () => Promise<MetricSnapshot>,
): void => {
  const answer = async (request: EnvironmentRequest): Promise<EnvironmentReply> => {
    const { id } = request;
    try {
      if (request.kind === 'metrics') return { kind: 'metrics', id, metrics: await metrics() };
      const context = { functionName, awsRequestId: `${functionName}-${id}` };
      return { kind: 'result', id, result: await handler(request.event, context) };
    } catch (error) {
      return { kind: 'failure', id, failure: describe(error) };
    }
  };
  channel.on('message', async (request) => channel.postMessage(await answer(request)));
};
