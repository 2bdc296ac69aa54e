import { InvalidField } from '../../domain/errors.ts';
import { fieldOfParameter } from '../match.ts';
import { decodeEscapes } from '../problem.ts';

/** Path parameters as a gateway hands them over; `null` where the route has none. */
export type GivenParameters = Readonly<Record<string, string | undefined>> | null | undefined;

/** Decoded. */
export type PathParameters = Readonly<Record<string, string>>;

/** Whether a parameter stands in the event's path letter for letter: then it is as far decoded as the path is. */
const standsIn = (path: string, value: string): boolean => path.split('/').includes(value);

const decodeEach = (
  given: GivenParameters,
  path: string,
  decode: (value: string, field: string) => string,
): PathParameters => {
  const parameters: Record<string, string> = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined) continue;
    parameters[name] = standsIn(path, value) ? decode(value, fieldOfParameter(name)) : value;
  }
  return parameters;
};

/**
 * Path parameters of a REST API, which leaves path and parameters as they were sent: `test%2Balias` stays that
 * (localstack/localstack, test_apigateway_lambda.snapshot.json, recorded at AWS). serverless-offline decodes the
 * parameters and not the path.
 * @throws InvalidField naming the parameter, when an escape is none of UTF-8.
 */
export const restParameters = (given: GivenParameters, path: string): PathParameters =>
  decodeEach(given, path, decodeEscapes);

/** What decoders write for bytes that are no UTF-8. */
const replacement = '\u{FFFD}';

/**
 * Path parameters of an HTTP API, which decodes path and parameters alike, all escapes but `%25` (as MiniStack 1.5.33
 * does it, too). A U+FFFD is then refused: of which bytes it was made is lost, and two consultations could become one.
 * @throws InvalidField naming the parameter.
 */
export const httpApiParameters = (given: GivenParameters, path: string): PathParameters =>
  decodeEach(given, path, (value, field) => {
    if (value.includes(replacement)) throw new InvalidField(field, 'has a percent-escape that is not one of UTF-8');
    return value.replaceAll('%25', '%');
  });
