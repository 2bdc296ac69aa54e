import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EventTooLarge, InvalidSetting } from '../../../shared/domain/errors.ts';
import type { IngestedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../../shared/domain/ids.ts';
import { leafHash } from '../../../shared/domain/leaf.ts';
import { builtInPolicy, parsePolicy } from '../../../shared/domain/policy.ts';
import { openReloadingFile } from '../../../shared/reloading-file.ts';
import { hashEvent } from '../../../shared/stages/hash.ts';
import { createChecksummingHash } from '../../../shared/stages/hash-checksum.ts';
import { segmentEvent } from '../../../shared/stages/segment.ts';
import { type Logger, silentLogger } from '../../../shared/telemetry/log.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fi-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));

const event: IngestedEvent = {
  consultationId: 'c' as ConsultationId,
  eventId: '0196e0a0-0000-7000-8000-000000000001' as EventId,
  eventType: 'AUDIO_CHUNK_TRANSCRIBED',
  userId: 'u',
  occurredAt: undefined,
  receivedAt: '2026-11-23T10:11:12.345Z',
  requestIndex: 2,
  payload: '{"a":"é"}',
};

const problems = (file: unknown): readonly string[] => {
  try {
    parsePolicy(typeof file === 'string' ? file : JSON.stringify(file), 'policy.json');
  } catch (error) {
    if (error instanceof InvalidSetting) return error.problems;
    throw error;
  }
  return [];
};

describe('the policy', () => {
  it.each([
    ['CONSULTATION_STARTED', 'consultation'],
    ['MESSAGE_RECEIVED', 'conversation'],
    ['ASSISTANT_RESPONSE_GENERATED', 'conversation'],
    ['AUDIO_CHUNK_TRANSCRIBED', 'audio'],
    ['SOAP_NOTE_UPDATED', 'clinical'],
    ['EXTRACTION_COMPLETED', 'clinical'],
    ['VITALS_RECORDED', 'clinical'],
    ['URGENCY_CLASSIFIED', 'clinical'],
    ['SOMETHING_ELSE', 'general'],
  ])('without a file puts %s in %s, kept for ever', (eventType, segment) => {
    expect(builtInPolicy.ruleOf(eventType)).toMatchObject({ segment, retentionDays: undefined });
  });

  it('says how long a segment is kept, and what is held', () => {
    const policy = parsePolicy(
      JSON.stringify({
        version: 1,
        rules: [{ event_type: 'A*', segment: 'short', retention_days: 30 }],
        default: { segment: 'rest' },
        holds: [{ consultation_id: 'c-1', reason: 'court order' }, { segment: 'short' }],
      }),
      'policy.json',
    );
    expect(['short', 'rest', 'unheard'].map(policy.retentionDaysOf)).toEqual([30, undefined, undefined]);
    expect(policy.holds).toEqual({ segments: new Set(['short']), consultations: new Set(['c-1']) });
    expect(builtInPolicy.holds).toEqual({ segments: new Set(), consultations: new Set() });
  });

  it.each([[{ consultation_id: 'c', segment: 's' }], [{ reason: 'nothing held' }], [{ segment: 'No Segment' }]])(
    'refuses the hold %j, which holds nothing or cannot be told',
    (hold) => {
      const [first] = problems({ version: 1, rules: [], default: { segment: 's' }, holds: [hold] });
      expect(first).toMatch(/^policy\.json: \/holds\/0/);
    },
  );

  it('takes an exact rule before a prefix, the longest prefix first, else the default', () => {
    const policy = parsePolicy(
      JSON.stringify({
        version: 1,
        rules: [
          { event_type: 'A*', segment: 'short' },
          { event_type: 'AUDIO_*', segment: 'long', compression: 'none', retention_days: 30 },
          { event_type: 'AUDIO_X', segment: 'exact' },
        ],
        default: { segment: 'rest', compression: 'gzip-9' },
      }),
      'policy.json',
    );
    expect(['AUDIO_X', 'AUDIO_Y', 'ALARM', 'B', 'AUDIO_X'].map((type) => policy.ruleOf(type).segment)).toEqual([
      'exact',
      'long',
      'short',
      'rest',
      'exact',
    ]);
    expect(policy.ruleOf('AUDIO_Y').retentionDays).toBe(30);
    expect(['long', 'rest', 'exact', 'unheard'].map(policy.compressionOf)).toEqual([
      'none',
      'gzip-9',
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['{', /policy\.json: is not JSON/],
    [{ version: 2, rules: [], default: { segment: 'a' } }, /policy\.json: \/version/],
    [{ version: 1, rules: [], default: { segment: 'Upper' } }, /\/default\/segment/],
    [{ version: 1, rules: [{ event_type: '*A', segment: 'a' }], default: { segment: 'a' } }, /\/rules\/0\/event_type/],
    [
      { version: 1, rules: [{ event_type: 'A', segment: 'a', retention_days: 0 }], default: { segment: 'b' } },
      /\/rules\/0\/retention_days/,
    ],
    [
      { version: 1, rules: [{ event_type: 'A', segment: 'a', compression: 'zip' }], default: { segment: 'b' } },
      /\/rules\/0\/compression/,
    ],
    [{ version: 1, rules: [{ event_type: 'A', segment: 'a', colour: 1 }], default: { segment: 'b' } }, /\/rules\/0/],
    [
      {
        version: 1,
        rules: [
          { event_type: 'A', segment: 'a' },
          { event_type: 'A', segment: 'b' },
        ],
        default: { segment: 'c' },
      },
      /\/rules\/1\/event_type: A has a rule already/,
    ],
    [
      { version: 1, rules: [{ event_type: 'A', segment: 'a', retention_days: 1 }], default: { segment: 'a' } },
      /\/default\/retention_days: differs from \/rules\/0\/retention_days/,
    ],
  ])('refuses %j and names the path', (file, message) => {
    expect(problems(file)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });
});

describe('SEGMENT', () => {
  it('adds the segment and changes nothing else', () => {
    expect(segmentEvent(event, builtInPolicy)).toEqual({ ...event, segment: 'audio' });
  });

  it('counts the largest payload in bytes', () => {
    const policy = (limit: number) =>
      parsePolicy(JSON.stringify({ version: 1, rules: [], default: { segment: 'a', max_payload_bytes: limit } }), 'p');
    expect(segmentEvent(event, policy(10)).segment).toBe('a');
    // Nine characters, ten bytes.
    expect(() => segmentEvent(event, policy(9))).toThrow(EventTooLarge);
  });
});

describe('HASH', () => {
  const segmented = segmentEvent(event, builtInPolicy);

  it('adds the leaf and changes nothing else', () => {
    expect(hashEvent(segmented)).toEqual({ ...segmented, leaf: leafHash(segmented) });
  });

  it('with the checksum gives the same event', async () => {
    const checksums: string[] = [];
    const hash = await createChecksummingHash((checksum) => void checksums.push(checksum));
    expect(hash(segmented)).toEqual(hashEvent(segmented));
    // The reference implementation's value for no bytes.
    hash({ ...segmented, payload: '' });
    expect(checksums).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), '2d06800538d394c2']);
  });
});

describe('a file that reloads', () => {
  const open = (name: string, missing?: string) => {
    const file = path.join(folder, name);
    let now = 0;
    const errors: string[] = [];
    const logger: Logger = { ...silentLogger, error: (message) => void errors.push(message) };
    const parse = (text: string): string => {
      if (text.includes('bad')) throw new Error('bad');
      return text;
    };
    const replace = (text: string): void => {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    };
    const start = () =>
      openReloadingFile({
        path: file,
        parse,
        monotonicMs: () => now,
        logger,
        ...(missing === undefined ? {} : { missing }),
      });
    const pass = (ms: number): void => {
      now += ms;
    };
    return { file, errors, replace, start, pass };
  };

  it('follows a change within a second, and looks no more often', () => {
    const { replace, start, pass } = open('follows');
    replace('one');
    const reloading = start();
    replace('two');
    pass(999);
    expect(reloading.current()).toBe('one');
    pass(1);
    expect(reloading.current()).toBe('two');
  });

  it('keeps the last good version when the new one is wrong or gone, and says so once', () => {
    const { file, replace, start, pass, errors } = open('keeps');
    replace('good');
    const reloading = start();
    replace('bad');
    for (let look = 0; look < 3; look++) {
      pass(1_000);
      expect(reloading.current()).toBe('good');
    }
    expect(errors).toHaveLength(1);
    rmSync(file);
    pass(1_000);
    expect(reloading.current()).toBe('good');
    replace('better');
    pass(1_000);
    expect(reloading.current()).toBe('better');
  });

  it('stops the start on a wrong first version, and on a missing one unless there is a value for that', () => {
    const wrong = open('wrong');
    wrong.replace('bad');
    expect(() => wrong.start()).toThrow('bad');
    expect(() => open('nowhere').start()).toThrow('ENOENT');
    expect(open('nowhere', 'nothing').start().current()).toBe('nothing');
  });
});
