import { beforeAll, describe, expect, it } from 'vitest';
import { routeKey, routes } from '../../shared/http/routes.ts';
import { packageStack, type Template } from './package-stack.ts';
import {
  httpApiRoutes,
  lambdaFunctions,
  resourcesOf,
  restApiRoutes,
  rolePolicies,
  roleStatements,
} from './read-template.ts';

const production = {
  keysFile: '/mnt/fi-events/keys.json',
  accessPointArn: 'arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0',
  subnetIds: 'subnet-1,subnet-2',
  securityGroupIds: 'sg-1',
};

/** What `FI_MAX_BODY_BYTES` is unless a deployment says otherwise. */
const deployedBodyBytes = 4_500_000;

const functionRoutes = routes.map((route) => `${route.function} ${routeKey(route)}`);
const expectedRoutes = {
  http: [...functionRoutes, 'fallback $default'],
  rest: [...functionRoutes, 'fallback ANY /', 'fallback ANY /{proxy+}'],
};

describe.each([
  { stage: 'local', api: 'http', fileSystem: 'host', parameters: {} },
  { stage: 'local', api: 'rest', fileSystem: 'host', parameters: { storeDir: '/srv/store', maxBodyBytes: '1000000' } },
  { stage: 'prod', api: 'http', fileSystem: 'efs', parameters: production },
  { stage: 'prod', api: 'rest', fileSystem: 'efs', parameters: { ...production, retainEnabled: 'true' } },
] as const)('stage $stage with api=$api', ({ stage, api, fileSystem, parameters }) => {
  let template: Template;
  beforeAll(() => {
    const packaged = packageStack(stage, { api, ...parameters });
    if (packaged.template === undefined) throw new Error(packaged.output);
    template = packaged.template;
  }, 300_000);
  const isLocal = stage === 'local';
  const retains = 'retainEnabled' in parameters;

  it('routes to each function what the table of routes says, and the rest to fallback', () => {
    const [wanted, other] =
      api === 'http'
        ? [httpApiRoutes(template), restApiRoutes(template)]
        : [restApiRoutes(template), httpApiRoutes(template)];
    expect([...wanted].sort()).toEqual([...expectedRoutes[api]].sort());
    expect(other).toEqual([]);
  });

  it('hands bodies over so that no byte is lost', () => {
    const formats = resourcesOf(template, 'AWS::ApiGatewayV2::Integration').map(
      ([, { PayloadFormatVersion }]) => PayloadFormatVersion,
    );
    const binary = resourcesOf(template, 'AWS::ApiGateway::RestApi').map(
      ([, { BinaryMediaTypes }]) => BinaryMediaTypes,
    );
    expect([new Set(formats), binary]).toEqual(api === 'http' ? [new Set(['2.0']), []] : [new Set(), [['*/*']]]);
  });

  it('polls the queues as the parameters say, and reports single failures', () => {
    expect(resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(([, mapping]) => mapping)).toMatchObject([
      {
        EventSourceArn: { 'Fn::GetAtt': ['EventQueue', 'Arn'] },
        BatchSize: isLocal ? 1_000 : 10_000,
        MaximumBatchingWindowInSeconds: isLocal ? 1 : 2,
        ScalingConfig: { MaximumConcurrency: isLocal ? 2 : 4 },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
      {
        EventSourceArn: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] },
        BatchSize: 10,
        ScalingConfig: { MaximumConcurrency: 2 },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    ]);
  });

  it('seals every minute, and drops days only where that is switched on', () => {
    const rules = resourcesOf(template, 'AWS::Events::Rule').map(([, rule]) => rule);
    expect(rules).toMatchObject([
      { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' },
      { ScheduleExpression: 'rate(1 hour)', State: retains ? 'ENABLED' : 'DISABLED' },
    ]);
  });

  it('has a queue whose dead-letter queue is the last net', () => {
    const queues = new Map(resourcesOf(template, 'AWS::SQS::Queue'));
    expect([...queues.keys()].sort()).toEqual(['DeadLetterQueue', 'EventQueue']);
    expect(queues.get('EventQueue')).toMatchObject({
      VisibilityTimeout: isLocal ? 180 : 360,
      MessageRetentionPeriod: 14 * 24 * 3_600,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] }, maxReceiveCount: 1_000 },
    });
    // Lambda refuses a trigger on a queue whose messages come back before its function must have ended.
    expect(queues.get('DeadLetterQueue')).toMatchObject({ VisibilityTimeout: isLocal ? 180 : 360 });
    for (const name of ['EventQueueUrl', 'DeadLetterQueueUrl', api === 'http' ? 'HttpApiUrl' : 'ServiceEndpoint']) {
      expect(template.Outputs).toHaveProperty(name);
    }
  });

  it('tells the functions where the store is and how large a body may be', () => {
    const given: Readonly<Record<string, string>> = parameters;
    const functions = lambdaFunctions(template);
    expect(functions.size).toBe(11);
    for (const { Runtime, Environment } of functions.values()) {
      expect(Runtime).toBe('nodejs24.x');
      expect(Environment).toMatchObject({
        Variables: {
          FI_STORE_DIR: given.storeDir ?? '/mnt/fi-events/store',
          FI_MAX_BODY_BYTES: given.maxBodyBytes ?? String(deployedBodyBytes),
          FI_PACK_BYTES: '262144',
          FI_COMPRESSION: 'gzip-1',
          FI_KEYS_FILE: given.keysFile ?? '',
          FI_QUEUE_URL: { Ref: 'EventQueue' },
          FI_DEAD_LETTER_QUEUE_URL: { Ref: 'DeadLetterQueue' },
        },
      });
    }
  });

  it(`mounts ${fileSystem === 'efs' ? 'the access point for whoever works with the store' : 'nothing'}`, () => {
    const mounted = [...lambdaFunctions(template)].flatMap(([name, { FileSystemConfigs, VpcConfig }]) => {
      expect(VpcConfig === undefined).toBe(fileSystem === 'host');
      return FileSystemConfigs === undefined ? [] : [[name, FileSystemConfigs]];
    });
    const store = [{ Arn: production.accessPointArn, LocalMountPath: '/mnt/fi-events' }];
    const users = ['health', 'ingest', 'metrics', 'persist', 'quarantine', 'read', 'replay', 'retain', 'seal'].map(
      (name) => [name, store],
    );
    expect(mounted.sort()).toEqual(fileSystem === 'efs' ? users : []);
    expect(JSON.stringify(template).includes('elasticfilesystem')).toBe(fileSystem === 'efs');
    expect(JSON.stringify(template).includes('AWSLambdaVPCAccess')).toBe(fileSystem === 'efs');
  });

  it('has no policy that says nothing, which IAM refuses', () => {
    for (const [role, { PolicyDocument }] of rolePolicies(template)) {
      expect(PolicyDocument.Statement, role).not.toEqual([]);
    }
  });

  it('lets each role do what its function does, on its own queues and its own access point', () => {
    const roles = roleStatements(template);
    const allowed = new Map(
      [...roles].map(([role, statements]) => [role, statements.flatMap(({ Action }) => Action).sort()]),
    );
    const files = fileSystem === 'efs' ? ['elasticfilesystem:ClientMount'] : [];
    const writtenFiles = fileSystem === 'efs' ? [...files, 'elasticfilesystem:ClientWrite'] : [];
    expect(Object.fromEntries(allowed)).toEqual({
      BareRole: [],
      HealthRole: [...writtenFiles, 'sqs:GetQueueAttributes'],
      IngestRole: [...files, 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
      PersistRole: [
        ...writtenFiles,
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
      QuarantineRole: [
        ...writtenFiles,
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
      ReplayRole: [...writtenFiles, 'sqs:SendMessage'],
      SealRole: writtenFiles,
      ReadRole: [...files, 'sqs:GetQueueAttributes', 'sqs:GetQueueAttributes'],
    });
    for (const { Action, Resource, Condition } of [...roles.values()].flat()) {
      if (Action.every((action) => action.startsWith('elasticfilesystem:'))) {
        expect(Condition).toEqual({
          StringEquals: { 'elasticfilesystem:AccessPointArn': production.accessPointArn },
        });
      } else {
        expect(Resource).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^(EventQueue|DeadLetterQueue)$/), 'Arn'] });
      }
    }
  });
});

it('takes no body that is too large for an invocation once it is base64', () => {
  const invocationBytes = 6 * 1024 ** 2;
  expect(Math.ceil(deployedBodyBytes / 3) * 4).toBeLessThan(invocationBytes);
});

describe('is refused', () => {
  it.each([
    ['prod', {}, 'would serve every consultation to anyone'],
    ['prod', { keysFile: '/mnt/fi-events/keys.json' }, 'has no store'],
    ['local', { api: 'rest', jwtIssuer: 'https://issuer.example', jwtAudience: 'a' }, 'Only an HTTP API has a JWT'],
    ['local', { api: 'grpc' }, 'api=grpc: must be http or rest'],
  ])('stage %s with %j: %s', (stage, parameters, message) => {
    const { succeeded, output } = packageStack(stage, parameters);
    expect(output).toContain(message);
    expect(succeeded).toBe(false);
  });
});
