import { fitArrival, fitSizes } from './fit-trace.ts';
import type { Workload } from './workload.ts';

/** A request of a log that posted events. */
interface LoggedRequest {
  readonly atMs: number;
  /** Of its body, where the log tells. */
  readonly bytes: number | undefined;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `25/Nov/2026:17:31:09 +0000`, as nginx and Apache write it: whole seconds. */
const commonTime = (text: string): number => {
  const [, day = '', month = '', year = '', clock = '', zone = ''] =
    /^(\d{2})\/(\w{3})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})$/.exec(text) ?? [];
  const number = String(months.indexOf(month) + 1).padStart(2, '0');
  return Date.parse(`${year}-${number}-${day}T${clock}${zone.slice(0, 3)}:${zone.slice(3)}`);
};

const eventsPath = /^\S*\/(consultations\/[^/\s]+\/)?events(\?\S*)?$/;

/** Combined format, and behind its user agent what nginx calls `$request_length`, where it was told to log that. */
const combined = /\[([^\]]+)\] "POST (\S+)[^"]*" \d{3} .*?(?:" (\d+))?\s*$/;

const fromCombined = (line: string): LoggedRequest | undefined => {
  const [, time, path, bytes] = combined.exec(line) ?? [];
  if (time === undefined || path === undefined || !eventsPath.test(path)) return undefined;
  return { atMs: commonTime(time), bytes: bytes === undefined ? undefined : Number(bytes) };
};

/** JSON lines with `time` (RFC 3339 or Unix seconds), `method`, `path` and, where known, `request_length`. */
const fromJson = (line: string): LoggedRequest | undefined => {
  let entry: Readonly<Record<string, unknown>>;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { time, method, path, request_length: length } = entry;
  if (method !== 'POST' || typeof path !== 'string' || !eventsPath.test(path)) return undefined;
  const atMs = typeof time === 'number' ? time * 1_000 : Date.parse(String(time));
  return { atMs, bytes: typeof length === 'number' ? length : undefined };
};

/** What a log's times can tell apart: whole seconds in the combined format. */
const intervalOf = (times: readonly number[]): number => (times.every((ms) => ms % 1_000 === 0) ? 1_000 : 100);

/** As many as the generator prepares requests of. */
const connections = 100;

/**
 * A workload as an access log has it: when events were posted, and how large the requests were. Each request counts as one event; a log does
 * not say how many were in it.
 * @throws Error when there is no such request in it
 */
export const workloadOfLog = (text: string, name: string): Workload => {
  const found = text
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? fromJson(line) : fromCombined(line)) ?? [])
    .filter(({ atMs }) => Number.isFinite(atMs));
  if (found.length === 0) {
    throw new Error('the log has no POST to .../events, neither in the combined format nor as JSON lines');
  }
  const times = found.map(({ atMs }) => atMs);
  const intervalMs = intervalOf(times);
  const startMs = Math.min(...times);
  const requests = Array.from({ length: Math.floor((Math.max(...times) - startMs) / intervalMs) + 1 }, () => 0);
  for (const atMs of times) {
    const at = Math.floor((atMs - startMs) / intervalMs);
    requests[at] = (requests[at] ?? 0) + 1;
  }
  const { what, arrival } = fitArrival({ intervalMs, requests });
  const sizes = found.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes]));
  return {
    format: 'fi-events workload',
    formatVersion: 1,
    name,
    what,
    arrival,
    connections,
    eventsPerRequest: 1,
    ...(sizes.length === 0 ? {} : { eventSizes: fitSizes(sizes) }),
  };
};
