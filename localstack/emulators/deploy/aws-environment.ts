/** All that an emulator asks for; it checks neither. */
export const testCredentials = { accessKeyId: 'test', secretAccessKey: 'test' } as const;
export const region = 'us-east-1';

/**
 * The environment of a command that talks to AWS, turned to the emulator. Nothing that the shell or the user's files say
 * of AWS is left in it: a deployment meant for this machine must never find its way to an account.
 */
export const awsEnvironment = (shell: NodeJS.ProcessEnv, endpoint: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(shell).filter(([name]) => !/^(AWS_|FI_|SLS_|SERVERLESS_|NODE_OPTIONS$)/.test(name)),
  ),
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
  AWS_REGION: region,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  SLS_TELEMETRY_DISABLED: '1',
  SLS_NOTIFICATIONS_MODE: 'off',
  // In milliseconds; five seconds, its default for an account far away, are most of a deployment here.
  SLS_AWS_MONITORING_FREQUENCY: '500',
});
