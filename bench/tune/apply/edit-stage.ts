import { isMap, isScalar, parseDocument, type Scalar, type YAMLMap } from 'yaml';
import { WrongUsage } from '../../run/run-options.ts';

/** A piece of the text that is replaced. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const mapAt = (map: unknown, key: string): YAMLMap | undefined => {
  const found = isMap(map) ? map.get(key, true) : undefined;
  return isMap(found) ? found : undefined;
};

const scalarAt = (map: YAMLMap, key: string): Scalar | undefined => {
  const found: unknown = map.get(key, true);
  return isScalar(found) ? found : undefined;
};

/** Behind the value of the last pair, on a line of its own. */
const additionTo = (text: string, map: YAMLMap, lines: readonly string[]): Edit => {
  const last = map.items.at(-1);
  const [firstKey] = map.items.map(({ key }) => key);
  if (!isScalar(firstKey) || !isScalar(last?.value) || !firstKey.range || !last.value.range) {
    throw new WrongUsage('a stage of serverless.yml has parameters that are no plain values; edit it by hand');
  }
  const column = firstKey.range[0] - (text.lastIndexOf('\n', firstKey.range[0]) + 1);
  const lineEnd = text.indexOf('\n', last.value.range[1]);
  const at = lineEnd < 0 ? text.length : lineEnd;
  return { start: at, end: at, text: lines.map((line) => `\n${' '.repeat(column)}${line}`).join('') };
};

/**
 * Sets parameters of a stage in the text of serverless.yml: values in their place, what the stage has not yet at its end. Everything else,
 * comments and layout too, stays as it is, so that a review shows what was tuned and nothing more.
 * @throws WrongUsage when there is no such stage
 */
export const editStage = (
  text: string,
  stage: string,
  parameters: Readonly<Record<string, string | number>>,
): string => {
  const own = mapAt(mapAt(parseDocument(text, { logLevel: 'error' }).contents, 'params'), stage);
  if (own === undefined) throw new WrongUsage(`serverless.yml has no parameters of a stage ${stage}`);
  const edits: Edit[] = [];
  const added: string[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    const range = scalarAt(own, name)?.range;
    if (range) edits.push({ start: range[0], end: range[1], text: String(value) });
    else added.push(`${name}: ${value}`);
  }
  if (added.length > 0) edits.push(additionTo(text, own, added));
  return edits
    .toSorted((left, right) => right.start - left.start)
    .reduce((edited, { start, end, text: by }) => edited.slice(0, start) + by + edited.slice(end), text);
};
