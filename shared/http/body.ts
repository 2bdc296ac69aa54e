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

/**
 * Some gateways decode a body as UTF-8 whatever it is and put U+FFFD where it is not: all but always that has another
 * length than what the client announced. Stored, it would not be what was sent.
 */
const requireLength = (actualBytes: number, announced: string | undefined): void => {
  if (announced !== undefined && Number(announced) !== actualBytes) {
    throw new MalformedBody(`body: ${announced} bytes were announced and ${actualBytes} arrived; is it valid UTF-8?`);
  }
};

const textOfBase64 = (body: string, limitBytes: number, announced: string | undefined): string => {
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length > limitBytes) throw new BodyTooLarge(limitBytes);
  requireLength(bytes.length, announced);
  if (!isUtf8(bytes)) throw notUtf8();
  // Not a TextDecoder, which would swallow a byte order mark.
  return bytes.toString('utf8');
};

/** A lone surrogate in a string that a gateway decoded can't have been UTF-8, and could not be written as such. */
const checkedText = (body: string, limitBytes: number, announced: string | undefined): string => {
  const bytes = Buffer.byteLength(body);
  if (bytes > limitBytes) throw new BodyTooLarge(limitBytes);
  requireLength(bytes, announced);
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
  const announced = headerOf(request, 'content-length');
  return request.isBase64Encoded ? textOfBase64(body, limitBytes, announced) : checkedText(body, limitBytes, announced);
};

/** The format of the request's body. @throws UnsupportedMediaType */
export const requestFormat = (request: HttpRequest): BodyFormat => bodyFormat(headerOf(request, 'content-type'));
