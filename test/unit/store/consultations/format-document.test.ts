import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { spanPath } from '../../../../shared/store/consultations/layout.ts';
import { consultationKey, encodeSpan } from '../../../../shared/store/consultations/pages.ts';

interface Vectors {
  readonly keys: readonly { readonly consultation_id: string; readonly key: string }[];
  readonly span: {
    readonly level: number;
    readonly index: number;
    readonly path: string;
    readonly blind: number;
    readonly entries: readonly { readonly key: string; readonly children: number }[];
    readonly bytes: number;
    readonly checksum: string;
    readonly sha256: string;
  };
}

const document = readFileSync(new URL('../../../../docs/CONSULTATIONS_FORMAT.md', import.meta.url), 'utf8');
const { keys, span }: Vectors = JSON.parse(/^```json\n(.*?)^```$/ms.exec(document)?.[1] ?? '');

describe('the test vectors of docs/CONSULTATIONS_FORMAT.md', () => {
  it('are keys', () => {
    expect(keys).toHaveLength(3);
    for (const { consultation_id, key } of keys)
      expect(consultationKey(consultation_id)).toBe(Number.parseInt(key, 16));
  });

  it('are a span, byte for byte', async () => {
    const entries = span.entries.map(({ key, children }) => ({ key: Number.parseInt(key, 16), bits: children }));
    const pages: Buffer[] = [];
    for await (const page of encodeSpan(span, span.blind, entries)) pages.push(page);
    const bytes = Buffer.concat(pages);
    expect(spanPath(span)).toBe(span.path);
    expect(bytes).toHaveLength(span.bytes);
    expect(bytes.subarray(-4).toString('hex')).toBe(span.checksum);
    expect(hash('sha256', bytes)).toBe(span.sha256);
  });
});
