import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import { openApiDocument } from '../../../shared/http/openapi/document.ts';
import type { HttpAnswer, HttpRequest } from '../../../shared/http/request.ts';

const document = JSON.parse(JSON.stringify(openApiDocument()));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, 'openapi');

const escaped = (name: string): string =>
  name.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');

/** Holds an answer against the API's own document. */
export const expectDocumented = ({ routeKey }: HttpRequest, answer: HttpAnswer): void => {
  const [method = '', path = ''] = routeKey.split(' ');
  const type = (answer.headers['content-type'] ?? '').split(';')[0] ?? '';
  const names = ['paths', path, method.toLowerCase(), 'responses', String(answer.statusCode), 'content', type];
  let found: unknown = document;
  for (const name of names) found = typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined;
  expect(found, `${routeKey} answers ${answer.statusCode} as ${type}`).toBeTypeOf('object');
  if (!type.endsWith('json') || type.endsWith('ndjson')) return;
  const validate = ajv.compile({ $ref: `openapi#/${[...names, 'schema'].map(escaped).join('/')}` });
  validate(JSON.parse(answer.body));
  expect(validate.errors ?? [], answer.body.slice(0, 300)).toEqual([]);
};
