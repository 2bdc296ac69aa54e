import { type FunctionEvent, isRecord } from './serverless.ts';

/** A route as serverless.yml's `httpApi` events give it; `*` stands for every method and every path. */
export interface HttpApiRoute {
  readonly method: string;
  readonly path: string;
}

/** The route of an event: `POST /events`, `*`, or an object; undefined for an event of another kind. */
export const httpApiRoute = ({ httpApi }: FunctionEvent): HttpApiRoute | undefined => {
  if (typeof httpApi === 'string') {
    const [method = '*', path = '*'] = httpApi.split(' ');
    return { method, path };
  }
  return isRecord(httpApi) ? { method: String(httpApi.method ?? '*'), path: String(httpApi.path) } : undefined;
};
