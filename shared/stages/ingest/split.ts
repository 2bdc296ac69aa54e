import { MalformedBody } from '../../domain/errors.ts';
import { skipSpace, valueEnd } from './scan.ts';

/** The text of one event, and where it starts in the body. */
export interface EventText {
  readonly text: string;
  readonly at: number;
}

const lineOf = (body: string, at: number): string => {
  const before = body.slice(0, at);
  return `line ${before.split('\n').length}, column ${at - before.lastIndexOf('\n')}`;
};

const malformed = (body: string, at: number, expected: string): MalformedBody =>
  new MalformedBody(`body: not JSON at ${lineOf(body, at)}: expected ${expected}.`);

/**
 * The elements of a JSON array, one by one. Brackets and commas between them are checked here; when each element is
 * JSON too (the caller parses it), the whole array is.
 * @throws MalformedBody
 */
export function* splitArray(body: string): Generator<EventText, void, void> {
  let at = skipSpace(body, skipSpace(body, 0) + 1);
  if (body[at] !== ']') {
    while (true) {
      // However deep: what follows an event that is too deep can still be read.
      const end = valueEnd(body, at, Number.POSITIVE_INFINITY);
      if (end === at) throw malformed(body, at, 'an event');
      yield { text: body.slice(at, end), at };
      const separator = skipSpace(body, end);
      if (body[separator] === ']') {
        at = separator;
        break;
      }
      if (body[separator] !== ',') throw malformed(body, separator, '"," or "]"');
      at = skipSpace(body, separator + 1);
    }
  }
  const rest = skipSpace(body, at + 1);
  if (rest < body.length) throw malformed(body, rest, 'nothing more');
}

/** The lines of an NDJSON body that are not blank; `\r\n` ends a line as `\n` does, since JSON takes `\r` for a space. */
export function* splitLines(body: string): Generator<EventText, void, void> {
  for (let at = 0; at < body.length; ) {
    const newline = body.indexOf('\n', at);
    const end = newline === -1 ? body.length : newline;
    const start = skipSpace(body, at);
    if (start < end) yield { text: body.slice(start, end), at: start };
    at = end + 1;
  }
}
