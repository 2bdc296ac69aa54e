import type { Action } from '../action.ts';
import { queueByArn } from '../addresses.ts';
import { SqsError } from '../errors.ts';
import { optionalText, optionalWhole, ranges, requiredText } from '../fields.ts';
import { sourcesOf } from '../sources.ts';

export const startMessageMoveTask: Action = (request, { journal, addresses }) => {
  const source = queueByArn(requiredText(request, 'SourceArn'), 'SourceArn', journal, addresses);
  const destinationArn = optionalText(request, 'DestinationArn');
  const destination =
    destinationArn === undefined ? undefined : queueByArn(destinationArn, 'DestinationArn', journal, addresses);
  const perSecond = optionalWhole(request, 'MaxNumberOfMessagesPerSecond', ranges.messagesPerSecond);
  if (sourcesOf(source.name, journal).length === 0) {
    throw new SqsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
  }
  if (destination?.name === source.name) {
    throw new SqsError('InvalidParameterValue', 'Source queue arn and destination queue arn cannot be the same.');
  }
  if (journal.moveTasks(source.name).some(({ status }) => status === 'RUNNING')) {
    throw new SqsError(
      'UnsupportedOperation',
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    );
  }
  return { TaskHandle: journal.startMoveTask(source.name, destination?.name, perSecond).taskHandle };
};
