import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { region, testCredentials } from './aws-environment.ts';

/** The stage that runs on this machine; the deployment guard asks no keys of it. */
export const stage = 'local';
/** As serverless names it: service and stage. */
export const stackName = `fi-events-${stage}`;

export interface StackState {
  /** CloudFormation's word, e.g. `CREATE_COMPLETE`. */
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Physical ids by logical ids. */
  readonly resources: Readonly<Record<string, string>>;
}

const withClient = async <Value>(endpoint: string, use: (client: CloudFormationClient) => Promise<Value>) => {
  const client = new CloudFormationClient({ endpoint, region, credentials: testCredentials });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
};

/** CloudFormation has no error of its own for a stack that is not there. */
const isMissing = (error: unknown): boolean => error instanceof Error && /does not exist/.test(error.message);

/** The stack as the emulator has it, or undefined where it has none. */
export const readStack = (endpoint: string): Promise<StackState | undefined> =>
  withClient(endpoint, async (client) => {
    try {
      const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
      const [stack] = Stacks ?? [];
      if (stack?.StackStatus === undefined || stack.StackStatus === 'DELETE_COMPLETE') return undefined;
      const { StackResources } = await client.send(new DescribeStackResourcesCommand({ StackName: stackName }));
      return {
        status: stack.StackStatus,
        outputs: Object.fromEntries(
          (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
        ),
        resources: Object.fromEntries(
          (StackResources ?? []).map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [
            LogicalResourceId,
            PhysicalResourceId,
          ]),
        ),
      };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  });

/** What is done about a stack before the next deployment. */
export type StackReadiness = 'deployable' | 'busy' | 'broken';

/**
 * Which stacks CloudFormation updates: those whose last operation ended well, and those whose update it rolled back.
 * A creation that failed leaves a stack that can only be deleted (CloudFormation's user guide, "Stack status codes").
 */
export const readiness = (status: string): StackReadiness => {
  if (/^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$/.test(status)) return 'deployable';
  // A change set that was never executed: nobody works on it.
  if (status === 'REVIEW_IN_PROGRESS') return 'broken';
  return status.endsWith('_IN_PROGRESS') ? 'busy' : 'broken';
};

/** Where the deployed API answers under the emulator's own port, without a trailing slash. */
export const apiUrl = (endpoint: string, { resources }: StackState): string | undefined => {
  const { HttpApi, ApiGatewayRestApi } = resources;
  // An HTTP API's $default stage is served without a stage in the path, a REST API's never.
  if (HttpApi) return `${endpoint}/_aws/execute-api/${HttpApi}`;
  if (ApiGatewayRestApi) return `${endpoint}/_aws/execute-api/${ApiGatewayRestApi}/${stage}`;
  return undefined;
};
