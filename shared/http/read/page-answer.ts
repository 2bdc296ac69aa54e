import type { StoredEvent } from '../../domain/event.ts';
import { encodeCursor } from '../../store/read/cursor.ts';
import { type HttpAnswer, jsonTextAnswer } from '../request.ts';
import { linesType, type PageForm, streamType } from './accept.ts';
import { eventLine, eventText } from './event-text.ts';

/** A page of events with what an answer says beside them. */
export interface ReadPage {
  readonly events: readonly StoredEvent[];
  /** Where the next page begins; what `null` says to a client of JSON. */
  readonly next: string | undefined;
  /** Whether there is more behind it now; undefined where `next` tells already. */
  readonly more?: boolean;
  /** Parts so damaged that the page may lack events of theirs. */
  readonly unreadable?: readonly string[] | undefined;
}

/** When a client whose stream ended comes again: soon enough for a live view, seldom enough for a gateway that ends each page. */
const retryMs = 3_000;

const headersOf = ({ next, more, unreadable = [] }: ReadPage): Record<string, string> => ({
  ...(next === undefined ? {} : { 'fi-next': next }),
  ...(more === undefined ? {} : { 'fi-more': String(more) }),
  ...(unreadable.length === 0 ? {} : { 'fi-unreadable': unreadable.join(',') }),
});

const jsonPage = (page: ReadPage): HttpAnswer => {
  const more = page.more === undefined ? '' : `,"more":${page.more}`;
  const unreadable = page.unreadable?.length ? `,"unreadable":${JSON.stringify(page.unreadable)}` : '';
  const events = page.events.map(eventText).join(',');
  return jsonTextAnswer(200, `{"events":[${events}],"next":${JSON.stringify(page.next ?? null)}${more}${unreadable}}`);
};

const linesPage = (page: ReadPage): HttpAnswer => ({
  statusCode: 200,
  headers: { 'content-type': linesType, ...headersOf(page) },
  body: page.events.map(eventLine).join(''),
  isBase64Encoded: false,
});

/** An event without its line's end, which ends the field instead. */
const message = (event: StoredEvent): string => {
  const id = encodeCursor({ position: event.position ?? -1, unsealedId: '' });
  return `id: ${id}\ndata: ${eventLine(event)}\n`;
};

/**
 * A page as server-sent events: each with its cursor as `id`, then the page's own, so that what was passed over is not looked
 * at again. A host that can goes on behind it; behind a gateway the answer ends here, and the client comes again by itself.
 */
const streamPage = (page: ReadPage): HttpAnswer => {
  const unreadable = page.unreadable?.length ? `event: unreadable\ndata: ${JSON.stringify(page.unreadable)}\n\n` : '';
  const passed = page.next === undefined ? '' : `id: ${page.next}\n\n`;
  return {
    statusCode: 200,
    headers: {
      'content-type': streamType,
      'cache-control': 'no-store',
      // Tells nginx and those who follow it to pass each event on at once.
      'x-accel-buffering': 'no',
      ...headersOf(page),
    },
    body: `retry: ${retryMs}\n\n${page.events.map(message).join('')}${unreadable}${passed}`,
    isBase64Encoded: false,
  };
};

/** The page in the form that the client asked for. */
export const pageAnswer = (form: PageForm, page: ReadPage): HttpAnswer => {
  if (form === 'stream') return streamPage(page);
  return form === 'lines' ? linesPage(page) : jsonPage(page);
};
