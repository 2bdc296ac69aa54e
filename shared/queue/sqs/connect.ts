import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { isLoopback } from './loopback.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ConnectOptions {
  readonly queueUrl: string;
  /** Attempts of one call, the first included; the SDK waits between them. Default 3, the SDK's own. */
  readonly maxAttempts?: number;
  /** Most sockets kept open. Default 50, the SDK's own. */
  readonly maxSockets?: number;
  readonly environment?: Environment;
}

/** The embedded queue asks for no credentials, but the SDK insists on some. */
const placeholderCredentials = { accessKeyId: 'embedded', secretAccessKey: 'embedded' };
const placeholderRegion = 'us-east-1';

/**
 * What stands for a signature that nobody checks: to make a real one took 230 of the 450 us of processor time of a call. Emulators read
 * region and service from it.
 */
const placeholderSignature = (region: string): string =>
  `AWS4-HMAC-SHA256 Credential=${placeholderCredentials.accessKeyId}/19700101/${region}/sqs/aws4_request, SignedHeaders=host, Signature=none`;

/** Any of these says that the user has credentials for the SDK's default chain, which would otherwise ask the network. */
const credentialNames = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
] as const;

/** How requests are authenticated where the user has no credentials and needs none. */
const withoutCredentials = (region: string): Pick<SQSClientConfig, 'credentials' | 'signer'> => ({
  credentials: placeholderCredentials,
  signer: {
    sign: async (request) => {
      request.headers.authorization = placeholderSignature(region);
      return request;
    },
  },
});

const awsRegion = /^sqs(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;

const endpointOf = (url: URL, environment: Environment): string | undefined => {
  // A loopback URL says where its queue is; an AWS_ENDPOINT_URL set for other services must not lead away from it.
  if (isLoopback(url.hostname)) return url.origin;
  const configured =
    environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true'
      ? undefined
      : environment.AWS_ENDPOINT_URL_SQS || environment.AWS_ENDPOINT_URL;
  if (configured) return configured;
  // Anything but AWS itself: without an endpoint the SDK would take the URL's host too, but warn on every call.
  return awsRegion.test(url.hostname) ? undefined : url.origin;
};

/**
 * What the client is told beyond the SDK's own reading of the environment.
 * A loopback queue needs no AWS set-up at all; for a queue on AWS the region is in its URL.
 */
export const clientConfig = (options: ConnectOptions): SQSClientConfig => {
  const { queueUrl, maxAttempts = 3, maxSockets = 50, environment = process.env } = options;
  const url = new URL(queueUrl);
  const local = isLoopback(url.hostname);
  const endpoint = endpointOf(url, environment);
  const regionInUrl = awsRegion.exec(url.hostname)?.[1] ?? (local ? placeholderRegion : undefined);
  const configuredRegion = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  const needsNoCredentials = local && !credentialNames.some((name) => environment[name]);
  const agent = { keepAlive: true, maxSockets };
  return {
    maxAttempts,
    // TLS and the HTTP framing guard what travels; SQS's md5 costs a fifth of a call's processor time (100 of 558 us).
    md5: false,
    requestHandler: {
      connectionTimeout: 3_000,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(configuredRegion || regionInUrl === undefined ? {} : { region: regionInUrl }),
    ...(needsNoCredentials ? withoutCredentials(configuredRegion || placeholderRegion) : {}),
  };
};

const hasHeaders = (request: unknown): request is { headers: Record<string, string> } =>
  typeof request === 'object' && request !== null && 'headers' in request;

/**
 * Spares the embedded queue the MD5 of every body, which this client would not look at: the queue shares its processor with the
 * HTTP front. No other server knows the header.
 */
const wantNoDigests = (client: SQSClient): void => {
  client.middlewareStack.add(
    (next) => (args) => {
      if (hasHeaders(args.request)) args.request.headers['x-fi-digests'] = 'none';
      return next(args);
    },
    { step: 'build', name: 'wantNoDigests' },
  );
};

/** A client for the queue behind `queueUrl`; the caller destroys it. */
export const connect = (options: ConnectOptions): SQSClient => {
  const client = new SQSClient(clientConfig(options));
  if (isLoopback(new URL(options.queueUrl).hostname)) wantNoDigests(client);
  return client;
};
