/** An error of one of Lambda's own types, which callers know by its name. */
export function fatalError(name, message, cause) {
  const error = new Error(message, { cause });
  error.name = name;
  if (cause instanceof Error && cause.stack) {
    error.stack = cause.stack;
  }
  return error;
}

/** An error in the shape in which Lambda's callers get it. Whatever was thrown, there is one. */
export function errorBody(thrown) {
  try {
    if (thrown instanceof Error) {
      const trace = typeof thrown.stack === 'string' ? thrown.stack.split('\n') : [];
      return JSON.stringify({ errorType: thrown.name, errorMessage: thrown.message, trace });
    }
    return JSON.stringify({ errorType: typeof thrown, errorMessage: String(thrown), trace: [] });
  } catch {
    return JSON.stringify({ errorType: 'handled', errorMessage: 'The thrown value could not be read.', trace: [] });
  }
}
