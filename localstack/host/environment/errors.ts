/** The function threw: the invocation failed, its environment lives on. */
export class FunctionFailed extends Error {
  override readonly name = 'FunctionFailed';
}

/** The thread ended while the function ran: out of memory, `process.exit`, an error outside of any invocation. */
export class EnvironmentEnded extends Error {
  override readonly name = 'EnvironmentEnded';
}

/** The function did not answer in time; its thread was ended. */
export class FunctionTimedOut extends Error {
  override readonly name = 'FunctionTimedOut';
}
