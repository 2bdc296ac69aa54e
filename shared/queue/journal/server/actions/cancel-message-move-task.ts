import type { Action } from '../action.ts';
import { SqsError } from '../errors.ts';
import { requiredText } from '../fields.ts';

export const cancelMessageMoveTask: Action = (request, { journal }) => {
  const task = journal.cancelMoveTask(requiredText(request, 'TaskHandle'));
  if (task === undefined) {
    throw new SqsError('ResourceNotFoundException', 'Task does not exist.', { status: 404 });
  }
  return { ApproximateNumberOfMessagesMoved: task.moved };
};
