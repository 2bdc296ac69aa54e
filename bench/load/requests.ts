import type { LoadPlan } from './plan.ts';
import { sizedEvents } from './sized-events.ts';
import { readSourceEvents, type SourceEvent } from './source-events.ts';

/** Where an event's id stands in a request's bytes. */
const idLength = 36;
const numberLength = 12;

/** One request as bytes, and where each of its events' ids starts. */
interface Template {
  readonly bytes: Buffer;
  readonly idOffsets: readonly number[];
}

/** Makes the bytes of requests by their number. */
export interface RequestSource {
  readonly eventsPerRequest: number;
  /** Longest request, in bytes: the size of the scratch buffer that each connection needs. */
  readonly longestBytes: number;
  /** Request `index` as bytes, written into `scratch` where its ids are its own; valid until `scratch` is used again. */
  request(index: number, scratch: Buffer): Buffer;
}

const hexDigits = Buffer.from('0123456789abcdef');

const writeNumber = (target: Buffer, end: number, number: number): void => {
  let rest = number;
  for (let at = end - 1; at >= end - numberLength; at--) {
    target[at] = hexDigits[rest % 16] ?? 0;
    rest = Math.floor(rest / 16);
  }
};

const withPrefix = (event: SourceEvent, idPrefix: string | undefined): string =>
  idPrefix === undefined
    ? event.line
    : event.line.replace(event.eventId, `${idPrefix}${'0'.repeat(idLength - idPrefix.length)}`);

type Target = Pick<LoadPlan, 'host' | 'port' | 'basePath' | 'headers' | 'eventsPerRequest' | 'idPrefix' | 'eventSizes'>;

const templateOf = (events: readonly SourceEvent[], target: Target): Template => {
  const { host, port, basePath = '', headers = {}, idPrefix } = target;
  const single = events.length === 1 ? events[0] : undefined;
  const body = Buffer.from(events.map((event) => withPrefix(event, idPrefix)).join('\n'));
  const path = single === undefined ? '/events' : `/consultations/${encodeURIComponent(single.consultationId)}/events`;
  const type = single === undefined ? 'application/x-ndjson' : 'application/json';
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${basePath}${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n${more.join('')}\r\n`;
  const bytes = Buffer.concat([Buffer.from(head), body]);
  const idOffsets: number[] = [];
  const marker = '"event_id":"';
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + 1)) idOffsets.push(at + marker.length);
  if (idOffsets.length !== events.length)
    throw new Error('a payload holds the id marker: ids cannot be replaced by place');
  return { bytes, idOffsets };
};

/** Prepares every request of the data set, so that sending one costs a copy and nothing more. */
export const createRequestSource = (target: Target): RequestSource => {
  const { eventsPerRequest, idPrefix, eventSizes } = target;
  const events = eventSizes === undefined ? readSourceEvents() : sizedEvents(readSourceEvents(), eventSizes);
  if (events.length % eventsPerRequest !== 0) throw new Error(`${eventsPerRequest} does not divide ${events.length}`);
  const templates: Template[] = [];
  for (let at = 0; at < events.length; at += eventsPerRequest) {
    templates.push(templateOf(events.slice(at, at + eventsPerRequest), target));
  }
  return {
    eventsPerRequest,
    longestBytes: Math.max(...templates.map((template) => template.bytes.length)),
    request: (index, scratch) => {
      const template = templates[index % templates.length];
      if (template === undefined) throw new Error('no templates');
      if (idPrefix === undefined) return template.bytes;
      template.bytes.copy(scratch);
      let number = index * eventsPerRequest;
      for (const offset of template.idOffsets) writeNumber(scratch, offset + idLength, number++);
      return scratch.subarray(0, template.bytes.length);
    },
  };
};
