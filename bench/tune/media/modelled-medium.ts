import type { Medium } from './media.ts';

/** Which medium a process models, as JSON. Not one of the product's settings: it knows nothing of this. */
const variable = 'STORE_MEDIUM_MODEL';

/** @throws Error where no medium was given */
export const modelledMedium = (): Medium => {
  const given = process.env[variable];
  if (given === undefined) throw new Error(`${variable} says which medium is modelled, and is not set`);
  return JSON.parse(given);
};

/** The environment in which Node processes, and all that they start, model a medium under the store. */
export const environmentOf = (medium: Medium): Readonly<Record<string, string>> => ({
  [variable]: JSON.stringify(medium),
  NODE_OPTIONS: `--import=${new URL('./preload.ts', import.meta.url).href}`,
});
