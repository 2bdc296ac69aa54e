import { expect, test } from 'vitest';
import { awsEnvironment } from '../../../localstack/emulators/deploy/aws-environment.ts';
import { apiUrl, readiness } from '../../../localstack/emulators/deploy/stack.ts';

test.each([
  ['CREATE_COMPLETE', 'deployable'],
  ['UPDATE_COMPLETE', 'deployable'],
  ['UPDATE_ROLLBACK_COMPLETE', 'deployable'],
  ['CREATE_IN_PROGRESS', 'busy'],
  ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'busy'],
  ['UPDATE_ROLLBACK_IN_PROGRESS', 'busy'],
  ['DELETE_IN_PROGRESS', 'busy'],
  ['REVIEW_IN_PROGRESS', 'broken'],
  ['ROLLBACK_COMPLETE', 'broken'],
  ['ROLLBACK_FAILED', 'broken'],
  ['CREATE_FAILED', 'broken'],
  ['UPDATE_FAILED', 'broken'],
  ['UPDATE_ROLLBACK_FAILED', 'broken'],
  ['DELETE_FAILED', 'broken'],
])('a stack that is %s is %s', (status, expected) => {
  expect(readiness(status)).toBe(expected);
});

test('the URL of a REST API has its stage, that of an HTTP API has none, and of no API there is none', () => {
  const stack = (resources: Readonly<Record<string, string>>) => ({
    status: 'CREATE_COMPLETE',
    outputs: {},
    resources,
  });
  const endpoint = 'http://127.0.0.1:4566';
  expect(apiUrl(endpoint, stack({ ApiGatewayRestApi: 'r1' }))).toBe(`${endpoint}/_aws/execute-api/r1/local`);
  expect(apiUrl(endpoint, stack({ HttpApi: 'h1' }))).toBe(`${endpoint}/_aws/execute-api/h1`);
  expect(apiUrl(endpoint, stack({}))).toBeUndefined();
});

test('a deployment for this machine cannot go to an account', () => {
  const shell = {
    HOME: '/home/me',
    AWS_PROFILE: 'production',
    AWS_SESSION_TOKEN: 'real',
    AWS_ENDPOINT_URL_S3: 'https://s3.amazonaws.com',
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
    FI_HTTP_PORT: '80',
    SERVERLESS_ACCESS_KEY: 'real',
  };
  const environment = awsEnvironment(shell, 'http://127.0.0.1:4566');
  expect(environment).toMatchObject({
    HOME: '/home/me',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  });
  for (const name of Object.keys(shell).filter((each) => each !== 'HOME')) expect(environment).not.toHaveProperty(name);
});
