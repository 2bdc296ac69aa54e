import { unsupported } from './errors.ts';

/** Tags are for cost accounts and policies, which one machine has none of: to take and forget them would be a lie. */
export const refuseTags = (tags: Readonly<Record<string, string>>): void => {
  if (Object.keys(tags).length > 0) throw unsupported('tags');
};
