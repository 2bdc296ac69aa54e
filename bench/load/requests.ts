import type { LoadPlan } from './plan.ts';
import type { Protocol } from './protocols/protocol.ts';
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

const withPrefix = (event: SourceEvent, idPrefix: string): SourceEvent => ({
  ...event,
  line: event.line.replace(event.eventId, `${idPrefix}${'0'.repeat(idLength - idPrefix.length)}`),
});

type Wanted = Pick<LoadPlan, 'host' | 'port' | 'basePath' | 'eventsPerRequest' | 'idPrefix'>;

const templateOf = (events: readonly SourceEvent[], wanted: Wanted, protocol: Protocol): Template => {
  const { idPrefix } = wanted;
  if (idPrefix === undefined) return { bytes: protocol.request(events, wanted), idOffsets: [] };
  const own = events.map((event) => withPrefix(event, idPrefix));
  const bytes = protocol.request(own, wanted);
  const idOffsets: number[] = [];
  for (let at = bytes.indexOf(idPrefix); at >= 0; at = bytes.indexOf(idPrefix, at + 1)) idOffsets.push(at);
  if (idOffsets.length !== events.length) {
    throw new Error('a request has each id once, as its line has it: ids are replaced by place');
  }
  return { bytes, idOffsets };
};

/** Prepares every request of the data set, so that sending one costs a copy and nothing more. */
export const createRequestSource = (wanted: Wanted, protocol: Protocol): RequestSource => {
  const { eventsPerRequest, idPrefix } = wanted;
  const events = readSourceEvents();
  if (events.length % eventsPerRequest !== 0) throw new Error(`${eventsPerRequest} does not divide ${events.length}`);
  const templates: Template[] = [];
  for (let at = 0; at < events.length; at += eventsPerRequest) {
    templates.push(templateOf(events.slice(at, at + eventsPerRequest), wanted, protocol));
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
