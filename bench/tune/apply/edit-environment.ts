/**
 * Sets variables in the text of a file of `NAME=value` lines: in their place, what is not there yet at the end. Other lines stay as they are.
 */
export const editEnvironment = (text: string, variables: Readonly<Record<string, string>>): string => {
  const missing = new Map(Object.entries(variables));
  const lines = text.split('\n').map((line) => {
    const [, name = ''] = /^\s*([A-Z_]\w*)\s*=/.exec(line) ?? [];
    const value = variables[name];
    if (value === undefined) return line;
    missing.delete(name);
    return `${name}=${value}`;
  });
  if (lines.at(-1) === '') lines.pop();
  return [...lines, ...[...missing].map(([name, value]) => `${name}=${value}`), ''].join('\n');
};
