import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { stageNames, stageOf, stages } from '../../../../bench/profile/stages.ts';

const repository = path.resolve(import.meta.dirname, '../../../..');
const places = stageNames.flatMap((name) => stages[name].places);

describe('the table of stages', () => {
  it('has a stage for all that runs events', () => {
    const files = globSync('{shared,functions,localstack/host}/**/*.ts', { cwd: repository });
    expect(files.length).toBeGreaterThan(400);
    expect(files.filter((file) => stageOf(file) === 'other')).toEqual([]);
  });

  it('names each place once, and none that is not there', () => {
    expect(places.toSorted()).toEqual([...new Set(places)].sort());
    const ours = places.filter((place) => !place.startsWith('node:'));
    expect(ours.filter((place) => !existsSync(path.join(repository, place)))).toEqual([]);
  });

  it('goes by the longest place that a path begins with', () => {
    expect(stageOf('shared/domain/leaf.ts')).toBe('hash');
    expect(stageOf('shared/domain/event.ts')).toBe('ingest');
    expect(stageOf('shared/queue/journal/server/serve.ts')).toBe('queueServer');
    expect(stageOf('shared/queue/journal/engine/send.ts')).toBe('journal');
  });

  it('takes no file for a folder that its name begins with', () => {
    expect(stageOf('shared/store/readable.ts')).toBe('other');
  });

  it("knows Node's own modules", () => {
    expect(stageOf('node:net')).toBe('http');
    expect(stageOf('node:internal/streams/readable')).toBe('http');
    expect(stageOf('node:internal/timers')).toBe('node');
  });
});
