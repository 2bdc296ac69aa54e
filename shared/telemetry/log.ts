/** Severities in ascending order. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * The only fields that a log line may carry. Payloads, user ids and free text from clients are not among them:
 * a log is read by more people than the record is.
 */
export interface LogFields {
  readonly consultation_id?: string;
  readonly event_id?: string;
  readonly message_id?: string;
  readonly letter_id?: string;
  /** What became of a letter. */
  readonly action?: string;
  readonly letters?: number;
  readonly part_id?: string;
  readonly path?: string;
  readonly segment?: string;
  /** `YYYY-MM-DD`, in UTC. */
  readonly day?: string;
  readonly queue?: string;
  readonly route?: string;
  readonly method?: string;
  readonly status?: number;
  readonly principal?: string;
  readonly error?: unknown;
  readonly error_type?: string;
  readonly reason?: string;
  readonly events?: number;
  readonly messages?: number;
  readonly bytes?: number;
  readonly duration_ms?: number;
  readonly retry_after_s?: number;
  readonly pid?: number;
  readonly exit_code?: number | null;
  readonly signal?: string | null;
  readonly attempt?: number;
}

export type Log = (message: string, fields?: LogFields) => void;

export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
}

const fieldNames: Readonly<Record<keyof LogFields, true>> = {
  consultation_id: true,
  event_id: true,
  message_id: true,
  letter_id: true,
  action: true,
  letters: true,
  part_id: true,
  path: true,
  segment: true,
  day: true,
  queue: true,
  route: true,
  method: true,
  status: true,
  principal: true,
  error: true,
  error_type: true,
  reason: true,
  events: true,
  messages: true,
  bytes: true,
  duration_ms: true,
  retry_after_s: true,
  pid: true,
  exit_code: true,
  signal: true,
  attempt: true,
};

const describeError = (error: unknown): string => {
  const chain: string[] = [];
  for (let at = error; at !== undefined && chain.length < 5; at = at instanceof Error ? at.cause : undefined) {
    chain.push(at instanceof Error ? `${at.name}: ${at.message}` : String(at));
  }
  return chain.join(' <- ');
};

/** Keeps the fields of the allow-list and renders errors with their causes; the types say it, this makes sure. */
const allowed = (fields: LogFields): Record<string, unknown> => {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (Object.hasOwn(fieldNames, name)) kept[name] = name === 'error' ? describeError(value) : value;
  }
  return kept;
};

/** A logger that writes one JSON object a line to `write`, from `level` upwards. */
export const createLogger = (
  level: LogLevel,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Logger => {
  const threshold = logLevels.indexOf(level);
  const at = (severity: LogLevel): Log => {
    if (logLevels.indexOf(severity) < threshold) return () => {};
    return (message, fields = {}) =>
      write(`${JSON.stringify({ time: new Date().toISOString(), level: severity, message, ...allowed(fields) })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

/** For tests and for the CLI, whose output is its own. */
export const silentLogger: Logger = createLogger('silent');
