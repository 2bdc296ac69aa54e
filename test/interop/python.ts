import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AcceptedEvent } from '../../shared/domain/event.ts';

/** Made by `prepare.sh`. */
export const python = fileURLToPath(new URL('.venv/bin/python', import.meta.url));

/** Runs a script in the environment that `prepare.sh` made, and parses what it prints. @throws with its standard error. */
export const runPython = async (...parameters: readonly string[]): Promise<unknown> => {
  if (!existsSync(python)) throw new Error('no Python environment: run `bash test/interop/prepare.sh` first');
  const { stdout } = await promisify(execFile)(python, [...parameters], { maxBuffer: 1024 ** 3 });
  return JSON.parse(stdout);
};

/** An event as the Python scripts expect and print it. */
export const expectationOf = (event: AcceptedEvent) => ({
  consultation_id: event.consultationId,
  event_id: event.eventId,
  event_type: event.eventType,
  user_id: event.userId ?? null,
  occurred_at: event.occurredAt ?? null,
  received_at: event.receivedAt,
  request_index: event.requestIndex,
  segment: event.segment,
  payload_base64: Buffer.from(event.payload, 'utf8').toString('base64'),
});
