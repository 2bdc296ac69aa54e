import { openJournal } from '../../../shared/queue/journal/open.ts';
import { serveJournal } from '../../../shared/queue/journal/server/serve.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';

/** FOLDER PORT QUEUE [MAX_BYTES]: serves the embedded journal over SQS's protocol in a process of its own, as nothing but a queue. */
const [, , folder = '', port = '', queueName = '', maxBytes] = process.argv;

const journal = await openJournal({ folder, ...(maxBytes === undefined ? {} : { maxBytes: Number(maxBytes) }) });
if (journal.queue(queueName) === undefined) await journal.createQueue(queueName);
const server = await serveJournal({ journal, port: Number(port), logger: silentLogger });

process.once('SIGTERM', async () => {
  await server.close();
  await journal.close();
});
