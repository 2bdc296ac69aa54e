import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ConsultationId } from '../../shared/domain/ids.ts';
import { createEncryption } from '../../shared/encryption/encryption.ts';
import { openOrMakeKeyStore } from '../../shared/key-store/open.ts';
import { createPartWriter } from '../../shared/store/level0.ts';
import { eventOf } from '../unit/store/events.ts';
import { runPython } from './python.ts';

const script = fileURLToPath(new URL('read_encrypted.py', import.meta.url));
const document = fileURLToPath(new URL('../../docs/KEY_STORE.md', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-interop-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a reader in Python, written from the document, decrypts what is stored, and nothing of what is erased', async () => {
  const place = { folder: path.join(folder, 'key-store'), masterKeyFile: path.join(folder, 'master-key') };
  const keys = await openOrMakeKeyStore(place);
  const gone = 'consulta-ñ' as ConsultationId;
  const events = [
    eventOf(1, { payload: '{"n": 1.0, "texto": "ñandú 🩺"}' }),
    eventOf(2, { userId: undefined, payload: '{}' }),
    eventOf(3, { consultationId: gone }),
    eventOf(4, { userId: 'Dra. García', payload: `{"long":"${'á'.repeat(20_000)}"}` }),
  ];
  const stored = (await createEncryption(keys).encrypt(events)).flatMap((each) =>
    each.kind === 'encrypted' ? [each.event] : [],
  );
  const part = await createPartWriter({ folder: path.join(folder, 'store') }).write(stored, 'gzip-1');
  await keys.erase(gone, { erasedBy: 'ana', reason: 'asked to' });
  const file = path.join(folder, 'store', part.path);
  expect(await runPython(script, document, file, place.folder, place.masterKeyFile)).toEqual(
    events.map(({ eventId, consultationId, userId, payload }) => ({
      event_id: eventId,
      user_id: consultationId === gone ? null : (userId ?? null),
      payload: consultationId === gone ? null : payload,
    })),
  );
});
