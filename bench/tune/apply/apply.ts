import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Configuration, parametersOf, settingsOf } from '../configuration.ts';
import { editEnvironment } from './edit-environment.ts';
import { editStage } from './edit-stage.ts';

/** Where a configuration is written to. */
export interface ApplyPlace {
  readonly serverlessFile: string;
  readonly stage: string;
  /** Read by `npm start` in the folder that it is started in. */
  readonly environmentFile: string;
}

/**
 * Makes a configuration that of a stage of serverless.yml, and of `npm start`. The medium is not applied: it has to be bought.
 * @returns what was written, for who asked for it
 * @throws WrongUsage when serverless.yml has no such stage
 */
export const apply = (configuration: Configuration, place: ApplyPlace): readonly string[] => {
  const { serverlessFile, stage, environmentFile } = place;
  const parameters = parametersOf(configuration);
  const settings = settingsOf(configuration);
  const edited = editStage(readFileSync(serverlessFile, 'utf8'), stage, parameters);
  const before = existsSync(environmentFile) ? readFileSync(environmentFile, 'utf8') : '';
  writeFileSync(serverlessFile, edited);
  writeFileSync(environmentFile, editEnvironment(before, settings));
  const inWords = (values: Readonly<Record<string, string | number>>): string =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ');
  return [
    `${path.basename(serverlessFile)}, stage ${stage}: ${inWords(parameters)}`,
    `${path.basename(environmentFile)}, for npm start: ${inWords(settings)}`,
  ];
};
