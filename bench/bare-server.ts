import { createServer } from 'node:http';

/**
 * The least that any node:http front does: read the body to its end, answer 202. Its figure in the same run tells how
 * much of ours is the machine's and how much is the product's. Prints its port.
 */
const answer = JSON.stringify({ status: 'accepted', message_id: '0'.repeat(36), event_id: '0'.repeat(36) });
const server = createServer((request, response) => {
  request.on('data', () => {});
  request.on('end', () => {
    response.writeHead(202, { 'content-type': 'application/json', 'content-length': answer.length });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(address.port);
});
process.once('disconnect', () => process.exit(0));
