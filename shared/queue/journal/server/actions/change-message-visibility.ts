import type { Action } from '../action.ts';
import { requestedQueue } from '../addresses.ts';
import { ranges, requiredWhole } from '../fields.ts';
import { messageNotInflight, requiredHandle } from '../handles.ts';

export const changeMessageVisibility: Action = async (request, { journal, addresses }) => {
  const queue = requestedQueue(request, journal, addresses);
  const handle = requiredHandle(request);
  const seconds = requiredWhole(request, 'VisibilityTimeout', ranges.visibilityTimeoutSeconds);
  const refused = await queue.changeVisibility([handle], seconds);
  if (refused.length > 0) throw messageNotInflight();
  return {};
};
