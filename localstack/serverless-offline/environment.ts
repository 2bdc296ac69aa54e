import { type Config, settings } from '../../shared/config.ts';

type Environment = Readonly<Record<string, unknown>>;

/**
 * What the functions get: what serverless.yml says, then what was set in the shell, then where queue and store are on
 * this machine. An empty value means that the setting is not given.
 */
export const functionEnvironment = (
  ofService: Environment,
  ofShell: Environment,
  config: Config,
  queueUrls: { readonly events: string; readonly deadLetters: string },
): Readonly<Record<string, string>> => {
  const known = Object.values(settings).map(({ name }) => name);
  const shell = Object.fromEntries(known.filter((name) => ofShell[name]).map((name) => [name, ofShell[name]]));
  const merged: Environment = {
    ...ofService,
    ...shell,
    [settings.storeDir.name]: config.storeDir,
    [settings.keysFile.name]: config.keysFile,
    [settings.queueUrl.name]: queueUrls.events,
    [settings.deadLetterQueueUrl.name]: queueUrls.deadLetters,
  };
  return Object.fromEntries(
    Object.entries(merged)
      .filter(([, value]) => ['string', 'number'].includes(typeof value) && value !== '')
      .map(([name, value]) => [name, String(value)]),
  );
};
