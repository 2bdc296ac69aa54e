import { format } from 'node:util';

const LEVELS = { log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE' };

let requestId = 'undefined';

/** Names the invocation to which what is logged from now on belongs. */
export function setRequestId(id) {
  requestId = id;
}

/**
 * Makes `console` write as Lambda does: time, request id and level before each message, and one log event a message. Line
 * feeds within become carriage returns, so that what splits the log by lines keeps a stack trace in one piece.
 */
export function patchConsole() {
  const json = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
  for (const [method, level] of Object.entries(LEVELS)) {
    console[method] = (...values) => {
      process.stdout.write(`${json ? jsonLine(level, values) : textLine(level, values)}\n`);
    };
  }
}

function textLine(level, values) {
  return [new Date().toISOString(), requestId, level, format(...values)].join('\t').replaceAll('\n', '\r');
}

function jsonLine(level, values) {
  const [only] = values;
  const message =
    values.length === 1 && typeof only === 'object' && !(only instanceof Error) ? only : format(...values);
  return JSON.stringify({ timestamp: new Date().toISOString(), level, requestId, message });
}
