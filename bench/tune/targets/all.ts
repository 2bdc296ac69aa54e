import { WrongUsage } from '../../run/options.ts';
import { npmStartTarget } from './npm-start.ts';
import type { Target } from './target.ts';

const targets: readonly Target[] = [npmStartTarget];

export const targetNames: readonly string[] = targets.map(({ name }) => name);

/** @throws WrongUsage when there is no such target */
export const targetOf = (name: string, _apiKey?: string): Target => {
  const found = targets.find((target) => target.name === name);
  if (found !== undefined) return found;
  throw new WrongUsage(`there is no target ${name}; there are ${targetNames.join(', ')}`);
};
