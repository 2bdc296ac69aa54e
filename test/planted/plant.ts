import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { PlantedBug } from './bugs.ts';

const repository = path.resolve(import.meta.dirname, '../..');

/** The files of a bug as they are with it. @throws Error when a text is not there exactly once: the code moved on, and the bug has to follow. */
const plantedFiles = ({ name, patches }: PlantedBug): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>();
  for (const { file, find, replace } of patches) {
    const text = texts.get(file) ?? readFileSync(path.join(repository, file), 'utf8');
    const found = text.split(find).length - 1;
    if (found !== 1) {
      throw new Error(`the planted bug ${name} looks for a text that ${file} has ${found} times: adapt bugs.ts to it`);
    }
    texts.set(
      file,
      text.replace(find, () => replace),
    );
  }
  return texts;
};

/** Which files were loaded with a bug in them, for a test to be sure that it tried what it says. */
const loadedText = (file: string): string =>
  `\n(globalThis.plantedFiles ??= new Set()).add(${JSON.stringify(file)});\n`;

/** A plugin of Vite that plants a bug into the code as it is loaded; no file changes. */
export const plant = (bug: PlantedBug) => {
  const texts = plantedFiles(bug);
  return {
    name: `planted-${bug.name}`,
    enforce: 'pre' as const,
    transform: (_: string, id: string) => {
      const file = path.relative(repository, id.split('?')[0] ?? id);
      const text = texts.get(file);
      return text === undefined ? undefined : text + loadedText(file);
    },
  };
};
