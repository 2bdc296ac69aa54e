import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const repository = path.resolve(import.meta.dirname, '../..');

/** From the ground up, as the README's structure has them; those of one line may know each other. */
const layers: readonly (readonly string[])[] = [
  ['shared/domain', 'shared/ports', 'shared/telemetry', 'shared/once-made.ts', 'shared/turns.ts'],
  ['shared/reloading-file.ts', 'shared/secret-file.ts', 'shared/queue', 'shared/store'],
  ['shared/config.ts', 'shared/key-store'],
  ['shared/encryption'],
  ['shared/stages'],
  ['shared/http'],
  ['shared/wiring.ts', 'functions'],
  ['localstack'],
  ['bench'],
];

const layerOf = (file: string): number =>
  layers.findIndex((members) => members.some((member) => file === member || file.startsWith(`${member}/`)));

const importsOf = (file: string): readonly string[] => {
  const text = readFileSync(path.join(repository, file), 'utf8');
  const relative = / from '(\.[^']+)'|\bimport\('(\.[^']+)'\)/g;
  return [...text.matchAll(relative)].map(([, to, loaded = '']) => path.join(path.dirname(file), to ?? loaded));
};

/** A command that is the bench's, loaded when somebody asks for it. */
const exceptions = ['localstack/cli/commands/capacity.ts'];

it('dependencies run one way: nothing imports from a layer above its own', () => {
  const files = globSync('{shared,functions,localstack}/**/*.ts', { cwd: repository });
  expect(files.length).toBeGreaterThan(400);
  const upward = files.flatMap((file) => {
    const own = layerOf(file);
    expect(own, `${file} is of no layer`).not.toBe(-1);
    return importsOf(file)
      .filter((to) => layerOf(to) > own && !exceptions.includes(file))
      .map((to) => `${file} -> ${to}`);
  });
  expect(upward).toEqual([]);
});
