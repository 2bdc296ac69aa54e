import { isUtf8 } from 'node:buffer';
import { BodyTooLarge, MalformedBody, UnsupportedMediaType } from '../domain/errors.ts';
import { type HttpRequest, headerOf } from './request.ts';

export type BodyFormat = 'json' | 'ndjson';

const formats: Readonly<Record<string, BodyFormat>> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
};

const unsupported = (): UnsupportedMediaType =>
  new UnsupportedMediaType('Content-Type: must be application/json or application/x-ndjson, in UTF-8.');

/** Whether a content type's parameters leave the charset as UTF-8. */
const isUtf8Charset = (parameters: readonly string[]): boolean =>
  parameters.every((parameter) => {
    const [name = '', value = ''] = parameter.split('=');
    return name.trim().toLowerCase() !== 'charset' || /^"?utf-?8"?$/i.test(value.trim());
  });

/** @throws UnsupportedMediaType */
export const bodyFormat = (contentType: string | undefined): BodyFormat => {
  if (contentType === 'application/json') return 'json';
  const [type = '', ...parameters] = (contentType ?? '').split(';');
  const format = formats[type.trim().toLowerCase()];
  if (format === undefined || !isUtf8Charset(parameters)) throw unsupported();
  return format;
};

const notUtf8 = (): MalformedBody => new MalformedBody('body: is not valid UTF-8.');

const textOfBase64 = (body: string, limitBytes: number): string => {
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length > limitBytes) throw new BodyTooLarge(limitBytes);
  if (!isUtf8(bytes)) throw notUtf8();
  // Not a TextDecoder, which would swallow a byte order mark.
  return bytes.toString('utf8');
};

/** A lone surrogate in a string that a gateway decoded can't have been UTF-8, and could not be written as such. */
const checkedText = (body: string, limitBytes: number): string => {
  if (body.length > limitBytes || (body.length * 3 > limitBytes && Buffer.byteLength(body) > limitBytes)) {
    throw new BodyTooLarge(limitBytes);
  }
  if (!body.isWellFormed()) throw notUtf8();
  return body;
};

/**
 * The body's text, whose UTF-8 encoding gives the bytes as sent.
 * @param limitBytes counts the body's bytes, whatever their transport.
 * @throws BodyTooLarge | MalformedBody
 */
export const bodyText = (request: HttpRequest, limitBytes: number): string => {
  const body = request.body ?? '';
  return request.isBase64Encoded ? textOfBase64(body, limitBytes) : checkedText(body, limitBytes);
};

/** The format of the request's body. @throws UnsupportedMediaType */
export const requestFormat = (request: HttpRequest): BodyFormat => bodyFormat(headerOf(request, 'content-type'));
