import { DeleteFunctionConcurrencyCommand, LambdaClient, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { region, testCredentials } from '../deploy/aws-environment.ts';
import type { StackState } from '../deploy/stack.ts';

/** Functions that put messages on the event queue, as serverless names their resources. */
const senders = ['IngestLambdaFunction', 'ReplayLambdaFunction'] as const;

const forSenders = async (
  endpoint: string,
  { resources }: StackState,
  change: (client: LambdaClient, functionName: string) => Promise<unknown>,
): Promise<void> => {
  const client = new LambdaClient({ endpoint, region, credentials: testCredentials });
  try {
    for (const sender of senders) {
      const functionName = resources[sender];
      if (functionName) await change(client, functionName);
    }
  } finally {
    client.destroy();
  }
};

/** Has nothing more accepted: a function with no concurrency at all is Lambda's own off switch. */
export const closeIntake = (endpoint: string, stack: StackState): Promise<void> =>
  forSenders(endpoint, stack, (client, FunctionName) =>
    client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 })),
  );

export const openIntake = (endpoint: string, stack: StackState): Promise<void> =>
  forSenders(endpoint, stack, (client, FunctionName) =>
    client.send(new DeleteFunctionConcurrencyCommand({ FunctionName })),
  );
