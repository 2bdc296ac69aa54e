import path from 'node:path';

/** As short as the terminal's user would write it. */
export const readable = (folder: string, workingFolder: string): string => {
  const relative = path.relative(workingFolder, folder);
  return relative.startsWith('..') || path.isAbsolute(relative) ? folder : `./${relative}`;
};

/** A value as one word of a POSIX shell. */
export const quoted = (text: string): string =>
  /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
