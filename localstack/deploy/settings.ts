import { isRecord, type Service } from './serverless.ts';

/** What serverless.yml's `custom.deploy` hands on of the parameters. */
export interface DeploySettings {
  /** `http`: an HTTP API, payload format 2.0. `rest`: a REST API, format 1.0. */
  readonly api: 'http' | 'rest';
  /** `efs`: an access point, mounted inside a VPC. `host`: what runs the functions has the folder already. */
  readonly fileSystem: 'efs' | 'host';
  /** Path of the API keys' file, where the functions see it. */
  readonly keysFile: string;
  readonly jwtIssuer: string;
  /** One or more, separated by commas. */
  readonly jwtAudience: string;
  readonly accessPointArn: string;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** @throws Error naming the parameter whose value is none of the choices. */
const choiceOf = <const Choice extends string>(name: string, value: unknown, choices: readonly Choice[]): Choice => {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new Error(`--param ${name}=${String(value)}: must be ${choices.join(' or ')}`);
  return found;
};

/** @throws Error naming the parameter that is wrong. */
export const deploySettings = ({ custom }: Pick<Service, 'custom'>): DeploySettings => {
  const given = isRecord(custom.deploy) ? custom.deploy : {};
  return {
    api: choiceOf('api', given.api, ['http', 'rest']),
    fileSystem: choiceOf('fileSystem', given.fileSystem, ['efs', 'host']),
    keysFile: textOf(given.keysFile),
    jwtIssuer: textOf(given.jwtIssuer),
    jwtAudience: textOf(given.jwtAudience),
    accessPointArn: textOf(given.accessPointArn),
  };
};
