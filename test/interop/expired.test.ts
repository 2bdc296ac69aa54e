import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PositionSet } from '../../shared/store/retain/position-set.ts';
import { encodePositions } from '../../shared/store/retain/positions-file.ts';
import { runPython } from './python.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-interop-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The snippet as the format document has it. */
const snippet = (): string => {
  const document = readFileSync(new URL('../../docs/LOG_FORMAT.md', import.meta.url), 'utf8');
  const [, code] = /```python\n(import struct, zlib\n[\s\S]+?)```/.exec(document) ?? [];
  if (code === undefined) throw new Error('docs/LOG_FORMAT.md has no snippet that reads expired positions');
  return code;
};

it('the lines of Python in docs/LOG_FORMAT.md read a list of expired positions', async () => {
  const positions = [0, 7, 8, 65_535, 65_536, 70_000, 2 ** 40 + 3];
  const set = new PositionSet();
  for (const position of positions) set.add(position);
  const list = path.join(folder, 'list.positions');
  writeFileSync(list, encodePositions(set));
  const script = path.join(folder, 'read.py');
  writeFileSync(script, `${snippet()}\nimport json, sys\nprint(json.dumps(list(positions(sys.argv[1]))))\n`);
  expect(await runPython(script, list)).toEqual(positions);
});
