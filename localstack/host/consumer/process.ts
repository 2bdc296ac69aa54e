/** The consumer's process: started, watched and ended by the host (`supervise.ts`). */
import { getPriority, setPriority } from 'node:os';
import { loadConfig } from '../../../shared/config.ts';
import { createLogger } from '../../../shared/telemetry/log.ts';
import { endProcess } from '../end-process.ts';
import { consume } from './consume.ts';
import { isMetricsRequest, type MetricsReply } from './messages.ts';

/**
 * Where there are more threads to run than processors, clients wait for the front and nobody waits for the consumer: its
 * threads, which take this over when they start, come second. Backpressure bounds what it may fall behind.
 */
const niceness = 5;
// Who was started nicer stays so: nobody may go back without privileges.
if (getPriority() < niceness) setPriority(niceness);

const config = loadConfig();
const logger = createLogger(config.logLevel);
const { queueUrl, deadLetterQueueUrl } = config;
if (queueUrl === undefined || deadLetterQueueUrl === undefined || process.send === undefined) {
  throw new Error('The consumer is started by the host, which tells it its queues.');
}
const consumer = consume(config, { events: queueUrl, deadLetters: deadLetterQueueUrl }, logger);

process.on('message', async (message: unknown) => {
  if (!isMetricsRequest(message)) return;
  const reply: MetricsReply = { kind: 'metrics', id: message.id, snapshots: await consumer.metrics() };
  // The host may have gone meanwhile, which 'disconnect' deals with.
  if (process.connected) process.send?.(reply);
});

// Without its host nobody would restart it or end it, and the embedded queue is gone: unacknowledged messages come back.
process.on('disconnect', () => endProcess(0, true));

// Ctrl-C reaches the whole process group; the host drains in order and sends SIGTERM when it is the consumer's turn.
process.on('SIGINT', () => {});
process.once('SIGTERM', async () => {
  endProcess(0, !(await consumer.stop()));
});
