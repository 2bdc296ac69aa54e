import { InvalidSetting } from '../../shared/domain/errors.ts';

/** A call of the HTTP API that did not succeed. */
export class ApiRefused extends Error {
  override readonly name = 'ApiRefused';
}

export interface ApiClient {
  /** @throws ApiRefused whose message says what the API said, or that it can't be reached. */
  get<Answer>(path: string, query?: Readonly<Record<string, string>>): Promise<Answer>;
  /** @throws ApiRefused as above */
  post<Answer>(path: string, body: object): Promise<Answer>;
}

export interface ApiClientOptions {
  /** Of any host: `npm start`, a gateway with a path before the routes. */
  readonly url: string;
  /** An API key, where the host needs one. */
  readonly key: string | undefined;
}

/** How long a call may take: a gateway gives up after 30 s by itself. */
const timeoutMs = 60_000;

const detailOf = (text: string): string | undefined => {
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem !== 'object' || problem === null || !('detail' in problem)) return undefined;
    return String(problem.detail);
  } catch {
    return undefined;
  }
};

/** A client of the HTTP API, so that a command works on every host alike. */
export const createApiClient = ({ url, key }: ApiClientOptions): ApiClient => {
  if (!URL.canParse(url)) throw new InvalidSetting([`--url ${url}: must be an http or https URL`]);
  const base = url.replace(/\/$/, '');

  const call = async <Answer>(path: string, init: RequestInit): Promise<Answer> => {
    const headers = { ...init.headers, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${base}${path}`, { ...init, headers, signal: AbortSignal.timeout(timeoutMs) });
      text = await response.text();
    } catch (cause) {
      throw new ApiRefused(`${base} cannot be reached: start it (npm start), or name another with --url`, { cause });
    }
    if (!response.ok) throw new ApiRefused(detailOf(text) ?? `${base}${path} answered ${response.status}`);
    // The routes that are called here answer what the API's own document says.
    return JSON.parse(text) as Answer;
  };

  return {
    get: (path, query = {}) => {
      const parameters = new URLSearchParams(query).toString();
      return call(parameters === '' ? path : `${path}?${parameters}`, {});
    },
    post: (path, body) =>
      call(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  };
};
