import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { HttpAnswer } from '../../../shared/http/request.ts';

const bodyBytes = (answer: HttpAnswer): Buffer | string =>
  answer.isBase64Encoded ? Buffer.from(answer.body, 'base64') : answer.body;

/** A flat list is what node:http writes fastest. */
const headerList = (answer: HttpAnswer, length: number, close: boolean): string[] => {
  const list: string[] = [];
  for (const name in answer.headers) list.push(name, answer.headers[name] ?? '');
  list.push('content-length', String(length));
  if (close) list.push('connection', 'close');
  return list;
};

/** Writes all of the answer, and ends it unless the caller still has to swallow what the client sends. */
export const writeAnswer = (
  response: ServerResponse,
  answer: HttpAnswer,
  options: { close: boolean; end: boolean },
): void => {
  const body = bodyBytes(answer);
  response.writeHead(answer.statusCode, headerList(answer, Buffer.byteLength(body), options.close));
  if (options.end) response.end(body);
  else response.write(body);
};

/** The same where node:http has no response object: on a socket whose request could not be read. */
export const renderAnswer = (answer: HttpAnswer): string => {
  const list = headerList(answer, Buffer.byteLength(answer.body), true);
  let text = `HTTP/1.1 ${answer.statusCode} ${STATUS_CODES[answer.statusCode] ?? ''}\r\n`;
  for (let index = 0; index < list.length; index += 2) text += `${list[index]}: ${list[index + 1]}\r\n`;
  return `${text}\r\n${answer.body}`;
};
