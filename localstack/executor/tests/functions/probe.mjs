// One handler for each thing that an integration test wants a function to do.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

let invocations = 0;

export async function echo(event, context) {
  invocations += 1;
  console.log('echo', event);
  return {
    event,
    invocations,
    pid: process.pid,
    environment: process.env,
    context: { ...context, remainingMs: context.getRemainingTimeInMillis() },
  };
}

export const fail = async () => {
  throw new RangeError('out of range');
};

export const nested = { deep: { handler: async () => 'nested' } };

export const plain = () => ({ not: 'a promise' });

export const callback = (_event, _context, done) => done(null, 'never');

export const notFunction = 42;

export async function hang({ ms = 60_000 }) {
  console.log('hanging');
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { pid: process.pid };
}

export async function spin() {
  for (;;);
}

export async function exit({ code, signal }) {
  process.stdout.write('last words');
  if (signal) {
    process.kill(process.pid, signal);
    await new Promise(() => setInterval(() => {}, 1000));
  }
  process.exit(code);
}

export async function reject() {
  Promise.reject(new Error('nobody awaits me'));
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

export async function eat({ megabytes }) {
  const eaten = [];
  for (let count = 0; count < megabytes / 10; count += 1) {
    eaten.push(Buffer.alloc(10 * 1024 * 1024, 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return eaten.length;
}

export async function large({ bytes }) {
  return 'x'.repeat(bytes);
}

export async function chatty({ lines }) {
  for (let line = 0; line < lines; line += 1) {
    process.stdout.write(`line ${line} ${'x'.repeat(80)}\n`);
  }
}

export async function orphan() {
  const child = spawn('/bin/sleep', ['300'], { detached: true, stdio: 'ignore' });
  child.unref();
  return { child: child.pid, pid: process.pid };
}

export async function later() {
  setTimeout(() => console.log('written between invocations'), 50);
}

export async function files({ write, folder }) {
  if (write) {
    writeFileSync(write, 'written by a function');
  }
  return { exists: write ? existsSync(write) : undefined, names: readdirSync(folder) };
}

/** Appends what it got to a file, and does what the messages say. */
export async function consume({ Records }, context) {
  const started = Date.now();
  const bodies = Records.map((record) => record.body);
  const commands = bodies.map((body) => (body.startsWith('{"do"') ? JSON.parse(body) : {}));
  const log = process.env.CONSUMER_LOG;
  const hold = Math.max(0, ...commands.map(({ holdMs = 0 }) => holdMs));
  appendFileSync(`${log}.started`, `${JSON.stringify({ pid: process.pid, bodies })}\n`);
  await new Promise((resolve) => setTimeout(resolve, hold));
  const entry = { pid: process.pid, started, ended: Date.now(), requestId: context.awsRequestId, records: Records };
  appendFileSync(log, `${JSON.stringify(entry)}\n`);
  if (commands.some((command) => command.do === 'throw')) {
    throw new Error('as told');
  }
  const answer = commands.find((command) => command.answer !== undefined)?.answer;
  if (answer !== undefined) {
    return answer;
  }
  const failed = Records.filter((_record, index) => commands[index].do === 'fail');
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

export async function read({ path }) {
  return readFileSync(path, 'utf8');
}
