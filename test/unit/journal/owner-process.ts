import { openJournal } from '../../../shared/queue/journal/open.ts';

/** Run as a process of its own: opens the journal in the folder named, sends a message, and stays until killed. */
const [, , folder = ''] = process.argv;
const journal = await openJournal({
  folder,
  segmentBytes: 256 * 1024,
  maxBytes: 4 * 1024 * 1024,
  memoryBytes: 1024 * 1024,
});
const queue = await journal.createQueue('work');
await queue.sendBatch([{ body: 'sent before the kill' }]);
process.stdout.write('sent\n');
setInterval(() => {}, 60_000);
