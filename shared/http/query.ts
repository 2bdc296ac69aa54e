import { InvalidField } from '../domain/errors.ts';
import { eventTypePattern, limits } from '../domain/limits.ts';
import { decodeEscapes } from './problem.ts';

/**
 * The query's parameters. Read from the text as sent, since gateways join what is repeated.
 * @throws InvalidField naming the parameter that is unknown, repeated or badly escaped.
 */
export const parseQuery = (text: string | undefined, known: readonly string[]): ReadonlyMap<string, string> => {
  const parameters = new Map<string, string>();
  for (const pair of (text ?? '').split('&')) {
    if (pair === '') continue;
    const [rawName = '', ...rest] = pair.replaceAll('+', ' ').split('=');
    const name = decodeEscapes(rawName, 'query');
    if (!known.includes(name)) {
      throw new InvalidField(
        name,
        known.length === 0
          ? 'is unknown: there are no query parameters here'
          : `is unknown; there are ${known.join(', ')}`,
      );
    }
    if (parameters.has(name)) throw new InvalidField(name, 'is given more than once');
    parameters.set(name, decodeEscapes(rest.join('='), name));
  }
  return parameters;
};

/** What `GET /consultations/{id}/events` is asked for. */
export interface PageQuery {
  readonly after: string | undefined;
  readonly limit: number;
  readonly eventType: string | undefined;
  readonly includeUnsealed: boolean;
}

const eventTypeForm = new RegExp(eventTypePattern);

const limitOf = (text: string | undefined): number => {
  if (text === undefined) return limits.pageEventsDefault;
  const limit = Number(text);
  if (!/^\d{1,9}$/.test(text) || limit < 1 || limit > limits.pageEvents) {
    throw new InvalidField('limit', `must be a whole number from 1 to ${limits.pageEvents}`);
  }
  return limit;
};

/** @throws InvalidField naming the parameter */
export const flagOf = (name: string, text: string | undefined): boolean => {
  if (text !== undefined && text !== 'true' && text !== 'false') throw new InvalidField(name, 'must be true or false');
  return text === 'true';
};

/** @throws InvalidField naming the parameter whose value is wrong. */
export const pageQuery = (parameters: ReadonlyMap<string, string>): PageQuery => {
  const eventType = parameters.get('type');
  if (eventType !== undefined && !eventTypeForm.test(eventType)) {
    throw new InvalidField('type', 'must be an event type in SCREAMING_SNAKE_CASE');
  }
  const after = parameters.get('after');
  if (after === '') throw new InvalidField('after', "must be a former page's next");
  return {
    after,
    limit: limitOf(parameters.get('limit')),
    eventType,
    includeUnsealed: flagOf('unsealed', parameters.get('unsealed')),
  };
};
