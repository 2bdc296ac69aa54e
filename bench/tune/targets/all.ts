import { WrongUsage } from '../../run/run-options.ts';
import { localStackTarget, miniStackTarget } from './emulators.ts';
import { npmStartTarget } from './npm-start.ts';
import type { Target } from './target.ts';
import { type UrlOptions, urlTarget } from './url.ts';

const targets: readonly Target[] = [npmStartTarget, localStackTarget, miniStackTarget];

export const targetNames: readonly string[] = [...targets.map(({ name }) => name), 'a URL'];

const isUrl = (name: string): boolean => URL.canParse(name) && /^https?:$/.test(new URL(name).protocol);

/** The target of a name or a URL. @throws WrongUsage when there is no such target */
export const targetOf = (name: string, options: UrlOptions): Target => {
  const found = targets.find((target) => target.name === name);
  if (found !== undefined) return found;
  if (isUrl(name)) return urlTarget(name, options);
  throw new WrongUsage(`there is no target ${name}; there are ${targetNames.join(', ')}`);
};
