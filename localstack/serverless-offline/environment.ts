import { type Config, settings } from '../../shared/config.ts';
import { isRecord } from '../deploy/serverless.ts';

type Environment = Readonly<Record<string, unknown>>;

/**
 * What the functions get: what serverless.yml says, with `!Ref` of a queue as its URL, then what the shell sets, then
 * where the store and the keys are on this machine. An empty value means that the setting is not given.
 */
export const functionEnvironment = (
  ofService: Environment,
  ofShell: Environment,
  config: Config,
  urlOf: (logicalId: string) => string | undefined,
): Readonly<Record<string, string>> => {
  const resolved = Object.entries(ofService).map(([name, value]) => [
    name,
    isRecord(value) ? urlOf(String(value.Ref)) : value,
  ]);
  const shell = Object.values(settings)
    .filter(({ name }) => ofShell[name])
    .map(({ name }) => [name, ofShell[name]]);
  const merged: Environment = {
    ...Object.fromEntries([...resolved, ...shell]),
    [settings.storeDir.name]: config.storeDir,
    [settings.keysFile.name]: config.keysFile,
    [settings.signingKeyFile.name]: config.signingKeyFile,
    [settings.keyStoreDir.name]: config.keyStoreDir,
    [settings.masterKeyFile.name]: config.masterKeyFile,
  };
  return Object.fromEntries(
    Object.entries(merged)
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => [name, String(value)]),
  );
};
