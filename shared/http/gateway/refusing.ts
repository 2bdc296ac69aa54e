import { isHttpError } from '../../domain/errors.ts';
import type { HttpRequest } from '../request.ts';
import type { PathParameters } from './path-parameters.ts';

/** The request with its path parameters, or with the reason why they can't be read. */
export const refusing = (request: HttpRequest, pathParameters: () => PathParameters): HttpRequest => {
  try {
    return { ...request, pathParameters: pathParameters() };
  } catch (error) {
    if (!isHttpError(error)) throw error;
    return { ...request, pathParameters: undefined, refusal: error };
  }
};
