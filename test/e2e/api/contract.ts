import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type ApiAnswer, exchange } from './api.ts';

/** Holds answers against the host's own `GET /openapi.json`. */
export interface Contract {
  /** @throws Error when status, content type or body are not what the document says of this call. */
  check(method: string, path: string, answer: Pick<ApiAnswer, 'status' | 'headers' | 'text'>): void;
  /** Every documented operation, e.g. `GET /health/live`. */
  readonly operations: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const member = (value: unknown, name: string): Json | undefined => {
  const found = isObject(value) ? value[name] : undefined;
  return isObject(found) ? found : undefined;
};

const escapePointer = (text: string): string => text.replaceAll('~', '~0').replaceAll('/', '~1');
const pointerOf = (...names: readonly string[]): string => `#/${names.map(escapePointer).join('/')}`;

const follow = (document: Json, pointer: string): unknown => {
  let at: unknown = document;
  for (const name of pointer.slice(2).split('/')) {
    const key = decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');
    at = isObject(at) ? at[key] : undefined;
  }
  return at;
};

/** A pointer to where the thing is written down, through any `$ref`. */
const resolvePointer = (document: Json, pointer: string): string => {
  const found = follow(document, pointer);
  const reference = isObject(found) ? found.$ref : undefined;
  return typeof reference === 'string' ? resolvePointer(document, reference) : pointer;
};

const templatePattern = (template: string): RegExp =>
  new RegExp(`^${template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`);

const mediaType = (contentType: string | undefined): string => (contentType ?? '').split(';')[0]?.trim() ?? '';

const createContract = (document: Json): Contract => {
  // OpenAPI's own keywords around the schemas are no JSON Schema, so only what is pointed at is compiled.
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'openapi');
  const validators = new Map<string, ValidateFunction>();
  const validatorAt = (pointer: string): ValidateFunction => {
    const known =
      validators.get(pointer) ??
      ajv.compile({ $ref: `openapi${pointer.replaceAll('{', '%7B').replaceAll('}', '%7D')}` });
    validators.set(pointer, known);
    return known;
  };
  const paths = member(document, 'paths') ?? {};
  const templates = Object.keys(paths).map((template) => ({ template, pattern: templatePattern(template) }));
  // A name without parameters goes before one with them, as OpenAPI says.
  templates.sort((left, right) => left.template.split('{').length - right.template.split('{').length);

  const validate = (what: string, pointer: string, text: string): void => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new Error(`${what} is no JSON: ${text.slice(0, 200)}`, { cause });
    }
    const validator = validatorAt(pointer);
    if (!validator(value)) {
      throw new Error(`${what} breaks the contract: ${ajv.errorsText(validator.errors)}\n${text.slice(0, 1_000)}`);
    }
  };

  const operationOf = (method: string, path: string): readonly string[] | undefined => {
    const target = path.split('?')[0] ?? '';
    const found = templates.find(({ pattern }) => pattern.test(target));
    if (found === undefined) return undefined;
    const names = ['paths', found.template, method.toLowerCase()];
    return isObject(follow(document, pointerOf(...names))) ? names : undefined;
  };

  const checkDocumented = (what: string, names: readonly string[], answer: Parameters<Contract['check']>[2]): void => {
    const responses = follow(document, pointerOf(...names, 'responses'));
    const status = [String(answer.status), `${String(answer.status)[0]}XX`, 'default'].find((name) =>
      member(responses, name),
    );
    if (status === undefined) throw new Error(`${what} is not documented: ${answer.text.slice(0, 500)}`);
    const response = resolvePointer(document, pointerOf(...names, 'responses', status));
    const content = member(follow(document, response), 'content') ?? {};
    const type = mediaType(answer.headers['content-type']);
    const documented = member(content, type);
    if (documented === undefined) {
      throw new Error(`${what} came as ${type || 'nothing'}; documented are ${Object.keys(content).join(', ')}`);
    }
    const schema = resolvePointer(document, `${response}/content/${escapePointer(type)}/schema`);
    if (type === 'application/x-ndjson') {
      // One JSON value a line; 3.2 says so with itemSchema, 3.1 has the schema of the whole text only.
      const item = `${response}/content/${escapePointer(type)}/itemSchema`;
      const ofLine = isObject(follow(document, item)) ? item : schema;
      for (const line of answer.text.split('\n')) if (line !== '') validate(what, ofLine, line);
    } else if (type.endsWith('json')) validate(what, schema, answer.text);
  };

  const problemPointer = (): string => {
    const schemas = Object.keys(member(member(document, 'components'), 'schemas') ?? {});
    const name = schemas.find((schema) => /^problem(details)?$/i.test(schema));
    if (name === undefined) throw new Error('the document has no schema for problems');
    return pointerOf('components', 'schemas', name);
  };

  return {
    operations: templates.flatMap(({ template }) =>
      Object.keys(member(paths, template) ?? {}).map((method) => `${method.toUpperCase()} ${template}`),
    ),
    check: (method, path, answer) => {
      const what = `the answer ${answer.status} to ${method} ${path.slice(0, 200)}`;
      const names = operationOf(method, path);
      if (names !== undefined) return checkDocumented(what, names, answer);
      // No operation can describe what is not there: it has to be a problem all the same.
      if (mediaType(answer.headers['content-type']) !== 'application/problem+json') {
        throw new Error(`${what}, which is no documented call, is no problem+json: ${answer.text.slice(0, 200)}`);
      }
      validate(what, problemPointer(), answer.text);
    },
  };
};

/** Fetches the document of the host at `baseUrl`. */
export const loadContract = async (
  baseUrl: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Contract> => {
  const answer = await exchange(baseUrl, { path: '/openapi.json', headers });
  const document = answer.json<unknown>();
  if (!isObject(document)) throw new Error('/openapi.json is no JSON object');
  return createContract(document);
};
