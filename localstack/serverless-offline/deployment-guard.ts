import { type CliOptions, type Hooks, isRecord, type Serverless } from './serverless.ts';

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** What no stage but `local` may be without. */
export interface DeploymentSettings {
  /** Path of the API keys' file, on the mounted file system. */
  readonly keysFile: string;
  readonly jwtIssuer: string;
  /** One or more, separated by commas. */
  readonly jwtAudience: string;
  readonly accessPointArn: string;
}

/** The access point that serverless.yml names where none is given. */
const placeholderAccessPoint = 'fsap-00000000000000000';

/**
 * Says what is missing for a stage that others can reach, or undefined when nothing is.
 * A clinical record behind an open endpoint is the one mistake that no later fix undoes.
 */
export const missingForDeployment = (stage: string, settings: DeploymentSettings): string | undefined => {
  const { keysFile, jwtIssuer, jwtAudience, accessPointArn } = settings;
  if (stage === 'local') return undefined;
  if (keysFile === '' && jwtIssuer === '') {
    return (
      `Stage "${stage}" would serve every consultation to anyone. Give it API keys (--param keysFile=/mnt/fi-events/keys.json, ` +
      'made with `fi key create`) or a JWT authoriser (--param jwtIssuer=https://... --param jwtAudience=...).'
    );
  }
  if (jwtIssuer !== '' && jwtAudience === '') return 'jwtIssuer needs a jwtAudience beside it.';
  if (accessPointArn === '' || accessPointArn.endsWith(placeholderAccessPoint)) {
    return `Stage "${stage}" has no store. Give it an EFS access point and its VPC (--param accessPointArn=... --param subnetIds=... --param securityGroupIds=...).`;
  }
  return undefined;
};

const settingsOf = (custom: Readonly<Record<string, unknown>>): DeploymentSettings => {
  const given = custom['deployment-guard'];
  const settings = isRecord(given) ? given : {};
  return {
    keysFile: textOf(settings.keysFile),
    jwtIssuer: textOf(settings.jwtIssuer),
    jwtAudience: textOf(settings.jwtAudience),
    accessPointArn: textOf(settings.accessPointArn),
  };
};

const authorizerName = 'jwt';

/** Puts API Gateway's JWT authoriser before every route. */
const authorizeRoutes = (serverless: Serverless, { jwtIssuer, jwtAudience }: DeploymentSettings): void => {
  const { service } = serverless;
  service.provider.httpApi = {
    ...service.provider.httpApi,
    authorizers: {
      [authorizerName]: {
        type: 'jwt',
        identitySource: '$request.header.Authorization',
        issuerUrl: jwtIssuer,
        audience: jwtAudience.split(',').map((audience) => audience.trim()),
      },
    },
  };
  for (const key of service.getAllFunctions()) {
    for (const event of service.getFunction(key).events) {
      if (!('httpApi' in event)) continue;
      const route = typeof event.httpApi === 'string' ? routeOf(event.httpApi) : event.httpApi;
      if (isRecord(route)) Object.assign(event, { httpApi: { ...route, authorizer: { name: authorizerName } } });
    }
  }
};

const routeOf = (route: string): Readonly<Record<string, string>> => {
  const [method = '*', path = '*'] = route.split(' ');
  return { method, path };
};

/** Refuses to package or deploy a stage that anyone could read and write. */
export default class DeploymentGuard {
  readonly hooks: Hooks;

  constructor(serverless: Serverless, _options: CliOptions) {
    const guard = (): void => {
      const { provider, custom } = serverless.service;
      const settings = settingsOf(custom);
      const missing = missingForDeployment(provider.stage, settings);
      if (missing !== undefined) throw new serverless.classes.Error(missing, 'DEPLOYMENT_NOT_GUARDED');
      if (settings.jwtIssuer !== '') authorizeRoutes(serverless, settings);
    };
    this.hooks = { 'before:package:initialize': guard, 'before:deploy:function:initialize': guard };
  }
}
