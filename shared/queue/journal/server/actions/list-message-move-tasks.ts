import type { MoveTask } from '../../port.ts';
import type { Action } from '../action.ts';
import { type Addresses, queueByArn } from '../addresses.ts';
import { optionalWhole, ranges, requiredText } from '../fields.ts';

const rendered = (task: MoveTask, addresses: Addresses): object => ({
  // SQS shows the handle of a running task only: no other can be cancelled.
  TaskHandle: task.status === 'RUNNING' ? task.taskHandle : undefined,
  Status: task.status,
  SourceArn: addresses.arnOf(task.sourceQueueName),
  DestinationArn: task.destinationQueueName === undefined ? undefined : addresses.arnOf(task.destinationQueueName),
  ApproximateNumberOfMessagesMoved: task.moved,
  ApproximateNumberOfMessagesToMove: task.toMove,
  StartedTimestamp: task.startedAtMs,
});

/** The newest tasks first, one unless more are asked for. */
export const listMessageMoveTasks: Action = (request, { journal, addresses }) => {
  const source = queueByArn(requiredText(request, 'SourceArn'), 'SourceArn', journal, addresses);
  const most = optionalWhole(request, 'MaxResults', ranges.moveTasks) ?? 1;
  const newest = journal.moveTasks(source.name).toSorted((left, right) => right.startedAtMs - left.startedAtMs);
  return { Results: newest.slice(0, most).map((task) => rendered(task, addresses)) };
};
