import { quoted, readable } from '../host/shell-words.ts';
import type { Emulator } from './emulator.ts';
import type { Options } from './options.ts';

export interface Announcement {
  readonly emulator: Emulator;
  readonly url: string;
  readonly endpoint: string;
  readonly storeDir: string;
  readonly needsKey: boolean;
  readonly logFile: string;
  readonly options: Pick<Options, 'sameEmulator'>;
  readonly workingFolder: string;
}

const queueNote = ({ title, keepsQueues }: Emulator): string =>
  keepsQueues
    ? `${title} writes its queue to disk when it is stopped in order; a kill loses what came since the start.`
    : `${title}'s queue is in memory: what is accepted and not yet stored dies with it.`;

/** What the user sees after a deployment: where it is, what to try, where the files are, how to stop. */
export const announcement = (made: Announcement): string => {
  const { emulator, url, endpoint, storeDir, needsKey, logFile, options, workingFolder } = made;
  const key = needsKey ? " -H 'authorization: Bearer <key>'" : '';
  const event = '{"event_type":"CONSULTATION_STARTED","payload":{"reason":"cough"}}';
  const folder = quoted(readable(storeDir, workingFolder));
  const { sameEmulator } = options;
  const suffix = sameEmulator.length === 0 ? '' : ` -- ${sameEmulator.map(quoted).join(' ')}`;
  return [
    '',
    `fi-events takes events at ${url} (API: ${url}/openapi.json)`,
    `Try:   curl ${quoted(`${url}/consultations/first/events`)}${key} -H 'content-type: application/json' -d '${event}'`,
    `       curl ${quoted(`${url}/consultations/first/events?unsealed=true`)}${key}`,
    `Files: HDF5 parts in ${folder}; look inside with: FI_STORE_DIR=${folder} npx fi tail --follow`,
    `AWS:   ${emulator.title} at ${endpoint} (AWS_ENDPOINT_URL), its log in ${quoted(readable(logFile, workingFolder))}`,
    `Queue: ${queueNote(emulator)} A 202 that survives a crash takes npm start or AWS.`,
    `Again: npm run ${emulator.name}${suffix} deploys what you changed. Stop: npm run ${emulator.name}:down${suffix}`,
    '',
  ].join('\n');
};
