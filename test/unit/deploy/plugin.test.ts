import { describe, expect, it } from 'vitest';
import { missingForDeployment } from '../../../localstack/deploy/deployment-guard.ts';
import Deployment from '../../../localstack/deploy/plugin.ts';
import type { FunctionDefinition, Serverless } from '../../../localstack/deploy/serverless.ts';
import type { DeploySettings } from '../../../localstack/deploy/settings.ts';

const complete: DeploySettings = {
  api: 'http',
  fileSystem: 'efs',
  keysFile: '/mnt/keys.json',
  jwtIssuer: '',
  jwtAudience: '',
  accessPointArn: 'arn:...:access-point/fsap-1',
};

describe('a deployment', () => {
  it.each<[string, Partial<DeploySettings>, string | undefined]>([
    ['local', { keysFile: '', accessPointArn: '' }, undefined],
    ['prod', {}, undefined],
    ['prod', { keysFile: '', jwtIssuer: 'https://issuer.example', jwtAudience: 'a' }, undefined],
    ['prod', { fileSystem: 'host', accessPointArn: '' }, undefined],
    ['prod', { api: 'rest' }, undefined],
    ['dev', { keysFile: '' }, 'would serve every consultation to anyone'],
    ['prod', { jwtIssuer: 'https://issuer.example' }, 'jwtAudience'],
    ['prod', { accessPointArn: 'arn:...:access-point/fsap-00000000000000000' }, 'has no store'],
    ['prod', { api: 'rest', jwtIssuer: 'https://issuer.example', jwtAudience: 'a' }, 'Only an HTTP API has a JWT'],
    ['local', { api: 'rest', jwtIssuer: 'https://issuer.example', jwtAudience: 'a' }, 'Only an HTTP API has a JWT'],
  ])('at stage %s with %j: %s', (stage, changes, missing) => {
    const said = missingForDeployment(stage, { ...complete, ...changes });
    if (missing === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(missing);
  });
});

const sqs = { sqs: { arn: { 'Fn::GetAtt': ['Events', 'Arn'] } } };
const managed = (name: string) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/service-role/${name}` });
const queueStatement = { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: 'queue' };
const mountStatement = { Effect: 'Allow', Action: ['elasticfilesystem:ClientMount'], Resource: 'file system' };
const roleWith = (statements: readonly object[], managedName: string) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {},
    ManagedPolicyArns: [managed(managedName)],
    Policies: [{ PolicyName: 'Work', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
  },
});

/** A service that has each kind of thing that the plugin changes. */
const stack = (settings: object) => {
  const ingest: FunctionDefinition = {
    name: 'ingest',
    handler: '',
    events: [{ httpApi: 'POST /events' }, { httpApi: { method: 'get', path: '/events/{id}' } }, sqs],
    fileSystemConfig: { arn: 'fsap-1' },
  };
  const fallback: FunctionDefinition = { name: 'fallback', handler: '', events: [{ httpApi: '*' }] };
  const functions: Readonly<Record<string, FunctionDefinition>> = { ingest, fallback };
  const queue = { Type: 'AWS::SQS::Queue' };
  const serverless: Serverless = {
    service: {
      service: 'fi-events',
      provider: { stage: 'prod', region: 'eu-west-1', httpApi: { payload: '2.0' }, vpc: { subnetIds: [] } },
      custom: { deploy: { ...complete, ...settings } },
      resources: {
        Resources: {
          Events: queue,
          Role: roleWith([queueStatement, mountStatement], 'AWSLambdaVPCAccessExecutionRole'),
        },
      },
      getAllFunctions: () => Object.keys(functions),
      getFunction: (key) => functions[key] ?? fallback,
    },
    pluginManager: { plugins: [] },
    classes: { Error },
  };
  const { hooks } = new Deployment(serverless, {});
  return { service: serverless.service, ingest, fallback, queue, run: (hook: string) => hooks[hook]?.() };
};

describe('the plugin', () => {
  it('stops packaging and deploying what is not guarded', () => {
    const { run } = stack({ keysFile: ' ' });
    for (const hook of ['before:package:initialize', 'before:deploy:function:initialize']) {
      expect(() => run(hook)).toThrow('would serve every consultation to anyone');
    }
  });

  it.each([
    [{ api: 'soap' }, 'api=soap: must be http or rest'],
    [{ fileSystem: undefined }, 'fileSystem=undefined: must be efs or host'],
  ])('refuses %j', (settings, message) => {
    expect(() => stack(settings).run('initialize')).toThrow(message);
  });

  it('leaves an HTTP API on EFS as serverless.yml has it', () => {
    const { service, ingest, run } = stack({});
    const before = structuredClone([service.provider, service.resources, ingest]);
    run('initialize');
    expect([service.provider, service.resources, ingest]).toEqual(before);
  });

  it('puts the JWT authoriser before every route', () => {
    const { service, ingest, fallback, run } = stack({ jwtIssuer: 'https://issuer.example', jwtAudience: 'a, b' });
    run('initialize');
    run('before:package:initialize');
    expect(service.provider.httpApi).toMatchObject({
      payload: '2.0',
      authorizers: { jwt: { issuerUrl: 'https://issuer.example', audience: ['a', 'b'] } },
    });
    expect([...ingest.events, ...fallback.events]).toEqual([
      { httpApi: { method: 'POST', path: '/events', authorizer: { name: 'jwt' } } },
      { httpApi: { method: 'get', path: '/events/{id}', authorizer: { name: 'jwt' } } },
      sqs,
      { httpApi: { method: '*', path: '*', authorizer: { name: 'jwt' } } },
    ]);
  });

  it('makes a REST API of the same routes, and of everything else that none takes', () => {
    const { service, ingest, fallback, run } = stack({ api: 'rest' });
    run('initialize');
    expect([...ingest.events, ...fallback.events]).toEqual([
      { http: { method: 'post', path: '/events' } },
      { http: { method: 'get', path: '/events/{id}' } },
      sqs,
      { http: { method: 'any', path: '/' } },
      { http: { method: 'any', path: '/{proxy+}' } },
    ]);
    expect(service.provider).toMatchObject({ apiGateway: { binaryMediaTypes: ['*/*'] } });
    expect(service.provider).not.toHaveProperty('httpApi');
  });

  it("leaves out the file system and what roles may do with it, where the host's is used", () => {
    const { service, ingest, queue, run } = stack({ fileSystem: 'host' });
    run('initialize');
    expect(service.provider).not.toHaveProperty('vpc');
    expect(ingest).not.toHaveProperty('fileSystemConfig');
    expect(service.resources?.Resources).toEqual({
      Events: queue,
      Role: roleWith([queueStatement], 'AWSLambdaBasicExecutionRole'),
    });
  });
});
