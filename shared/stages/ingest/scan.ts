import { InvalidField } from '../../domain/errors.ts';
import { limits } from '../../domain/limits.ts';

/**
 * Finds where members and values stand in JSON text, without parsing them. On text that `JSON.parse` accepts the places
 * are exact; on any other text the scan only promises to end, and `JSON.parse` of what was found says what is wrong.
 * `JSON.parse` alone would not do: it forgets `1.0`, `1e400`, long integers, duplicate keys, escapes and spaces.
 */

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** The four characters that JSON takes for white space. */
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** The first place from `at` on that is not white space; the text's length when there is none. */
export const skipSpace = (text: string, at: number): number => {
  let place = at;
  while (isSpace(text.charCodeAt(place))) place++;
  return place;
};

/** Whether the character before `at` is escaped: an odd number of backslashes stands before it. */
const isEscaped = (text: string, at: number): boolean => {
  let before = at - 1;
  while (text.charCodeAt(before) === backslash) before--;
  return (at - before) % 2 === 0;
};

/** Where the string ends whose opening quote is at `at`: one past its closing quote, or the text's length. */
const stringEnd = (text: string, at: number): number => {
  let close = text.indexOf('"', at + 1);
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close === -1 ? text.length : close + 1;
};

/** Where the number or word that starts at `at` ends. */
const scalarEnd = (text: string, at: number): number => {
  let place = at;
  while (place < text.length) {
    const code = text.charCodeAt(place);
    if (code === comma || code === closeBrace || code === closeBracket || isSpace(code)) break;
    place++;
  }
  return place;
};

/** Where the object or array ends that opens at `at`, or -1 when it is nested deeper than `depthLimit`. */
const nestedEnd = (text: string, at: number, depthLimit: number): number => {
  let depth = 0;
  let place = at;
  while (place < text.length) {
    const code = text.charCodeAt(place);
    if (code === quote) {
      place = stringEnd(text, place);
      continue;
    }
    place++;
    if (code === openBrace || code === openBracket) {
      if (++depth > depthLimit) return -1;
    } else if (code === closeBrace || code === closeBracket) {
      if (--depth === 0) return place;
    }
  }
  return place;
};

/**
 * Where the value ends that starts at `at`: one past its last character, or -1 when its nesting is deeper than
 * `depthLimit` (the value itself, where it is an object or array, is depth 1).
 */
export const valueEnd = (text: string, at: number, depthLimit: number): number => {
  const code = text.charCodeAt(at);
  if (code === quote) return stringEnd(text, at);
  if (code === openBrace || code === openBracket) return nestedEnd(text, at, depthLimit);
  return scalarEnd(text, at);
};

/** A member's name as `JSON.parse` reads it; undefined when it is not a JSON string. */
const memberName = (text: string, at: number, end: number): string | undefined => {
  const name = text.slice(at + 1, end - 1);
  if (!name.includes('\\')) return name;
  try {
    return String(JSON.parse(text.slice(at, end)));
  } catch {
    return undefined;
  }
};

/** Where the payload of an event stands in its text. */
export interface PayloadSlice {
  readonly from: number;
  readonly to: number;
}

const tooDeep = (name: string): InvalidField => new InvalidField(name, `is nested deeper than ${limits.payloadDepth}`);

/**
 * Finds the member `payload` of the event that is the whole of `text`. Undefined when there is none, or when the text
 * is no JSON object in a way that the scan notices; `JSON.parse` fails at that place too, so that it never meets
 * nesting which was not measured here.
 * @throws InvalidField when a member of the event stands there twice or is nested deeper than `limits.payloadDepth`.
 */
export const findPayload = (text: string): PayloadSlice | undefined => {
  let payload: PayloadSlice | undefined;
  const seen: string[] = [];
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== openBrace) {
    if (valueEnd(text, at, limits.payloadDepth) === -1) throw tooDeep('body');
    return undefined;
  }
  do {
    const nameAt = skipSpace(text, at + 1);
    if (text.charCodeAt(nameAt) !== quote) return payload;
    const nameEnd = stringEnd(text, nameAt);
    const name = memberName(text, nameAt, nameEnd);
    const colonAt = skipSpace(text, nameEnd);
    if (name === undefined || text.charCodeAt(colonAt) !== colon) return payload;
    const from = skipSpace(text, colonAt + 1);
    const to = valueEnd(text, from, limits.payloadDepth);
    if (to === -1) throw tooDeep(name);
    if (seen.includes(name)) throw new InvalidField(name, 'stands in the event more than once');
    // An event with more members than an envelope has is refused by its schema; no need to remember them all.
    if (seen.length < 16) seen.push(name);
    if (name === 'payload') payload = { from, to };
    at = skipSpace(text, to);
  } while (text.charCodeAt(at) === comma);
  return payload;
};
