import { encodeEvent, packOf } from '../../../shared/queue/packs/encode.ts';
import { jsonBytes } from '../../../shared/queue/poller/json-bytes.ts';
import { sealBatches } from '../../sealed/events.ts';

const events = 1_000;

/** Bytes of an event of the data set in a message, as the consumer counts the 6 MB of a batch. */
export const messageBytesPerEvent = (): number => {
  for (const batch of sealBatches(events, events)) return jsonBytes(packOf(batch.map(encodeEvent))) / batch.length;
  throw new Error('the data set has no events');
};
