import { describe, expect, it } from 'vitest';
import type { FunctionDefinition } from '../../../localstack/deploy/serverless.ts';
import { functionEnvironment } from '../../../localstack/serverless-offline/environment.ts';
import { openLocalQueues } from '../../../localstack/serverless-offline/local-queues.ts';
import { startPollers } from '../../../localstack/serverless-offline/pollers.ts';
import { queueResources } from '../../../localstack/serverless-offline/queue-resources.ts';
import { sqsTriggers } from '../../../localstack/serverless-offline/sqs-triggers.ts';
import { loadConfig } from '../../../shared/config.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { createSimulation } from '../../property/poller/simulation.ts';
import { createSqsModel } from '../../property/poller/sqs-model.ts';

const service = (functions: Record<string, Partial<FunctionDefinition>>) => ({
  getAllFunctions: () => Object.keys(functions),
  getFunction: (key: string): FunctionDefinition => ({ name: key, handler: '', events: [], ...functions[key] }),
});

const arn = { 'Fn::GetAtt': ['Events', 'Arn'] };

describe('queueResources', () => {
  it('reads the queues of the resources, the dead-letter queue before the one that names it', () => {
    const queues = queueResources({
      Events: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: 'fi-events',
          VisibilityTimeout: 180,
          MessageRetentionPeriod: 1_209_600,
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 1_000 },
        },
      },
      Role: { Type: 'AWS::IAM::Role' },
      Dead: { Type: 'AWS::SQS::Queue' },
    });
    const redrivePolicy = { deadLetterQueueName: 'Dead', maxReceiveCount: 1_000 };
    expect(queues).toEqual([
      { logicalId: 'Dead', name: 'Dead', attributes: {} },
      { logicalId: 'Events', name: 'fi-events', attributes: { visibilityTimeoutSeconds: 180, redrivePolicy } },
    ]);
  });

  it('refuses a dead-letter queue that is not there', () => {
    const Properties = { RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:x:1:other', maxReceiveCount: 3 } };
    expect(() => queueResources({ Events: { Type: 'AWS::SQS::Queue', Properties } })).toThrow('deadLetterTargetArn');
  });
});

describe('sqsTriggers', () => {
  it('reads what an event says and takes the rest from Lambda', () => {
    const full = {
      arn,
      batchSize: 500,
      maximumBatchingWindow: 2,
      maximumConcurrency: 3,
      functionResponseType: 'ReportBatchItemFailures',
    };
    const triggers = sqsTriggers(
      service({
        a: { events: [{ sqs: full }, { httpApi: '*' }] },
        b: { events: [{ sqs: { arn } }, { sqs: { arn, enabled: false } }] },
      }),
    );
    expect(triggers).toEqual([
      {
        functionKey: 'a',
        logicalId: 'Events',
        batchSize: 500,
        batchWindowMs: 2_000,
        maximumConcurrency: 3,
        reportBatchItemFailures: true,
      },
      {
        functionKey: 'b',
        logicalId: 'Events',
        batchSize: 10,
        batchWindowMs: 0,
        maximumConcurrency: 5,
        reportBatchItemFailures: false,
      },
    ]);
  });

  it('refuses a queue that is not of this service', () => {
    const events = [{ sqs: { arn: { Ref: 'Parameter' } } }];
    expect(() => sqsTriggers(service({ a: { events } }))).toThrow('a: the arn');
  });
});

describe('startPollers', () => {
  it('invokes the function with what its queue holds, and leaves what it reports', async () => {
    const simulation = createSimulation();
    const model = createSqsModel({ simulation, maxReceiveCount: 9, random: () => 0.5, failureRate: 0, latencyMs: 1 });
    const invoked: unknown[] = [];
    const triggers = sqsTriggers(
      service({ persist: { events: [{ sqs: { arn, functionResponseType: 'ReportBatchItemFailures' } }] } }),
    );
    const bad = model.send('bad');
    const good = model.send('good');
    const [poller] = startPollers(triggers, {
      queueOf: (logicalId) => ({ queue: model.receiver, arn: `arn:${logicalId}`, visibilityTimeoutSeconds: 60 }),
      invoke: async (functionKey, event) => {
        invoked.push([functionKey, event]);
        return { batchItemFailures: [{ itemIdentifier: bad }] };
      },
      region: 'eu-west-1',
      clock: simulation,
      logger: silentLogger,
    });
    await simulation.run(simulation.sleep(1_000));
    await simulation.run(poller?.stop() ?? Promise.reject(new Error('no poller')));
    expect(invoked).toMatchObject([
      ['persist', { Records: [{ eventSourceARN: 'arn:Events', awsRegion: 'eu-west-1' }, {}] }],
    ]);
    expect([...model.deleted]).toEqual([good]);
    expect([...model.messages.keys()]).toEqual([bad]);
  });
});

describe('functionEnvironment', () => {
  it('puts this machine in the place of the deployed one', () => {
    const environment = functionEnvironment(
      {
        FI_STORE_DIR: '/mnt/fi-events/store',
        FI_QUEUE_URL: { Ref: 'Events' },
        FI_POLICY_FILE: '',
        FI_VISIBILITY_TIMEOUT_S: 180,
      },
      { FI_LOG_LEVEL: 'warn', HOME: '/home' },
      loadConfig({
        FI_STORE_DIR: '/tmp/store',
        FI_KEYS_FILE: '/tmp/keys.json',
        FI_SIGNING_KEY_FILE: '/tmp/key',
        FI_KEY_STORE_DIR: '/tmp/key-store',
        FI_MASTER_KEY_FILE: '/tmp/master-key',
      }),
      (logicalId) => `http://127.0.0.1:7002/000000000000/${logicalId}`,
    );
    expect(environment).toEqual({
      FI_STORE_DIR: '/tmp/store',
      FI_KEYS_FILE: '/tmp/keys.json',
      FI_SIGNING_KEY_FILE: '/tmp/key',
      FI_KEY_STORE_DIR: '/tmp/key-store',
      FI_MASTER_KEY_FILE: '/tmp/master-key',
      FI_QUEUE_URL: 'http://127.0.0.1:7002/000000000000/Events',
      FI_VISIBILITY_TIMEOUT_S: '180',
      FI_LOG_LEVEL: 'warn',
    });
    expect(() => loadConfig(environment)).toThrow('FI_DEAD_LETTER_QUEUE_URL is required');
  });

  it('lets the shell name a queue elsewhere', () => {
    const shell = { FI_QUEUE_URL: 'https://sqs.example/1/q', FI_DEAD_LETTER_QUEUE_URL: 'https://sqs.example/1/d' };
    const ofService = { FI_QUEUE_URL: { Ref: 'Events' }, FI_DEAD_LETTER_QUEUE_URL: { Ref: 'Dead' } };
    expect(functionEnvironment(ofService, shell, loadConfig(shell), () => undefined)).toMatchObject(shell);
  });
});

describe('openLocalQueues', () => {
  it('polls the queues elsewhere that the shell names, each for its own triggers', async () => {
    const resources = queueResources({
      Events: {
        Type: 'AWS::SQS::Queue',
        Properties: { RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 } },
      },
      Dead: { Type: 'AWS::SQS::Queue' },
    });
    const shell = { FI_QUEUE_URL: 'https://sqs.example/1/q', FI_DEAD_LETTER_QUEUE_URL: 'https://sqs.example/1/d' };
    const queues = await openLocalQueues(resources, loadConfig(shell), silentLogger);
    expect(queues.polledQueue('Events').queue).toMatchObject({ name: 'q' });
    expect(queues.polledQueue('Dead').queue).toMatchObject({ name: 'd' });
    expect(() => queues.polledQueue('Other')).toThrow('no queue Other');
    await queues.close();
  });
});
