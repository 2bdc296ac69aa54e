import { quoted, readable } from './shell-words.ts';

export interface Announcement {
  readonly url: string;
  readonly storeDir: string;
  /** A folder for the embedded queue, a URL for one elsewhere. */
  readonly queue: { readonly folder: string } | { readonly url: string };
  readonly needsKey: boolean;
  readonly workingFolder: string;
}

/** What a newcomer sees on standard output: where it is, what to try, where the files are. */
export const announcement = ({ url, storeDir, queue, needsKey, workingFolder }: Announcement): string => {
  const key = needsKey ? " -H 'authorization: Bearer <key>'" : '';
  const event = '{"event_type":"CONSULTATION_STARTED","payload":{"reason":"cough"}}';
  const queued = 'url' in queue ? queue.url : quoted(readable(queue.folder, workingFolder));
  return [
    `fi-events takes events at ${url} (API: ${url}/openapi.json)`,
    `Try:   curl ${url}/consultations/first/events${key} -H 'content-type: application/json' -d '${event}'`,
    `Files: HDF5 parts in ${quoted(readable(storeDir, workingFolder))}, queue in ${queued}; look inside with: npx fi tail --follow`,
    '',
  ].join('\n');
};
