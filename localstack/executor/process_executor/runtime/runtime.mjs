/**
 * Lambda's runtime for Node.js functions: loads the handler that `_HANDLER` names and runs invocations one by one, over the
 * Runtime API. It does what the `nodejs24.x` runtime does: async handlers, no callbacks, no response streaming.
 */
import { Agent, request as httpRequest } from 'node:http';
import { patchConsole, setRequestId } from './console.mjs';
import { errorBody, fatalError } from './errors.mjs';
import { loadHandler } from './handler.mjs';

const API_PREFIX = '/2018-06-01/runtime';
const UNCAUGHT_EXCEPTION_EXIT_CODE = 129;
const UNHANDLED_REJECTION_EXIT_CODE = 128;

const [apiHost, apiPort] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
// Two connections: an error is reported also while the other waits for the next invocation.
const nextAgent = new Agent({ keepAlive: true, maxSockets: 1 });
const answerAgent = new Agent({ keepAlive: true, maxSockets: 1 });

/** @returns {Promise<{ status: number, headers: import('node:http').IncomingHttpHeaders, body: string }>} */
function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const options = { host: apiHost, port: apiPort, method, path: API_PREFIX + path, headers };
    const sent = httpRequest({ ...options, agent: method === 'GET' ? nextAgent : answerAgent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The invocation that runs now, for errors that nobody awaits. */
let currentRequestId;

async function dieOf(error, exitCode) {
  const path = currentRequestId === undefined ? '/init/error' : `/invocation/${currentRequestId}/error`;
  try {
    await call('POST', path, errorBody(error));
  } finally {
    process.exit(exitCode);
  }
}

function contextOf(headers) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  return {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    xRayTraceId: headers['lambda-runtime-trace-id'],
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

function responseBody(result) {
  try {
    return JSON.stringify(result === undefined ? null : result);
  } catch (cause) {
    throw fatalError('Runtime.MarshalError', `The response of the function is no JSON: ${cause.message}`, cause);
  }
}

async function runOne(handler) {
  const { status, headers, body } = await call('GET', '/invocation/next');
  if (status !== 200) {
    // The environment has ended.
    process.exit(0);
  }
  currentRequestId = headers['lambda-runtime-aws-request-id'];
  setRequestId(currentRequestId);
  process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] ?? '';
  let path = `/invocation/${currentRequestId}/response`;
  let answer;
  try {
    answer = responseBody(await handler(JSON.parse(body), contextOf(headers)));
  } catch (error) {
    console.error('Invoke Error', errorBody(error));
    path = `/invocation/${currentRequestId}/error`;
    answer = errorBody(error);
  }
  await call('POST', path, answer);
  currentRequestId = undefined;
}

patchConsole();
process.on('uncaughtException', (error) => {
  console.error('Uncaught Exception', errorBody(error));
  dieOf(error, UNCAUGHT_EXCEPTION_EXIT_CODE);
});
process.on('unhandledRejection', (reason) => {
  const error = fatalError('Runtime.UnhandledPromiseRejection', String(reason), reason);
  console.error('Unhandled Promise Rejection', errorBody(error));
  dieOf(error, UNHANDLED_REJECTION_EXIT_CODE);
});

let handler;
try {
  handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
} catch (error) {
  console.error('Uncaught Exception', errorBody(error));
  await dieOf(error, 1);
}
for (;;) {
  await runOne(handler);
}
