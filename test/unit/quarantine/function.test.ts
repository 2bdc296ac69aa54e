import { describe, expect, it } from 'vitest';
import type { Letter } from '../../../shared/domain/letter.ts';
import { limits } from '../../../shared/domain/limits.ts';
import { decodeLetter } from '../../../shared/queue/letters/decode.ts';
import { letterMessages } from '../../../shared/queue/letters/encode.ts';
import { encodeEvent, packOf } from '../../../shared/queue/packs/encode.ts';
import { lettersQuarantined } from '../../../shared/telemetry/metrics.ts';
import { event, pack } from '../persist/rig.ts';
import { letterOf, messageLetter } from './letters.ts';
import { collect, createQuarantineRig, store } from './rig.ts';

const fileOf = ({ letterId }: Letter): string => `${store}/quarantine/letters/${letterId[0]}/${letterId}.json`;
const packMessage = (...numbers: readonly number[]) => ({ body: pack(numbers.map((number) => event(number))).body });
/** The one letter that is there. */
const onlyLetter = async ({ quarantine }: ReturnType<typeof createQuarantineRig>): Promise<Letter> => {
  const [letterId, ...others] = await collect(quarantine.ids('all'));
  expect(others).toEqual([]);
  const found = letterId === undefined ? undefined : await quarantine.read(letterId);
  if (found?.kind !== 'letter' || found.found.joined.kind !== 'whole') throw new Error('no letter');
  return found.found.joined.letter;
};

describe('functions/quarantine', () => {
  it('publishes a letter, with the time it was sent, before it lets the message go', async () => {
    const rig = createQuarantineRig();
    const letter = letterOf(event(1));
    expect(await rig.deliver(letterMessages(letter), Date.parse('2026-11-23T10:11:12.345Z'))).toEqual([]);
    const bytes = rig.disk.filesBelow(store).get(fileOf(letter));
    expect(decodeLetter(Buffer.from(bytes ?? '').toString())).toEqual({
      letter,
      quarantinedAt: '2026-11-23T10:11:12.345Z',
    });
    rig.disk.losePower();
    expect(await onlyLetter(rig)).toEqual(letter);
  });

  it('takes a letter that is there already for published, also when it was sent at another time', async () => {
    const rig = createQuarantineRig();
    const letter = letterOf(event(1));
    await rig.deliver(letterMessages(letter), 1_000);
    const before = rig.disk.filesBelow(store);
    expect(await rig.deliver(letterMessages({ ...letter, detail: 'in other words' }), 2_000)).toEqual([]);
    expect(rig.disk.filesBelow(store)).toEqual(before);
  });

  it('syncs the name of a letter that another delivery linked and did not live to sync', async () => {
    const rig = createQuarantineRig();
    const letter = letterOf(event(1));
    await rig.deliver(letterMessages(letter));
    const calls = rig.disk.calls.length;
    await rig.deliver(letterMessages(letter));
    expect(rig.disk.calls.slice(calls)).toContain(`syncFolder ${store}/quarantine/letters/${letter.letterId[0]}`);
  });

  it('keeps every piece of a large letter', async () => {
    const rig = createQuarantineRig();
    const large = letterOf(event(1, { payload: `{"quotes":${JSON.stringify('"'.repeat(400_000))}}` }));
    expect(await rig.deliver(letterMessages(large))).toEqual([]);
    expect(await onlyLetter(rig)).toEqual(large);
  });

  it('lets letters wait in the dead-letter queue while the store is down, whatever fails', async () => {
    const letter = letterOf(event(1));
    const counting = createQuarantineRig();
    await counting.deliver(letterMessages(letter));
    const calls = counting.disk.calls.length;
    // The last call removes the temporary file, which decides nothing.
    for (let call = 0; call < calls - 1; call++) {
      for (const kind of ['error-before', 'error-after', 'crash'] as const) {
        const rig = createQuarantineRig();
        rig.disk.fault = { call, kind, code: 'EIO' };
        const failed = await rig.deliver(letterMessages(letter));
        const survives = rig.disk.calls.some((each) => each === `link ${fileOf(letter)}`);
        if (failed.length === 0) {
          // Only a link whose answer was lost may be seen to have happened.
          expect([kind, survives]).toEqual(['error-after', true]);
          rig.disk.losePower();
          expect(await onlyLetter(rig)).toEqual(letter);
          continue;
        }
        rig.disk.losePower();
        const again = createQuarantineRig({ disk: rig.disk });
        expect(await again.deliver(letterMessages(letter))).toEqual([]);
        expect(await onlyLetter(again)).toEqual(letter);
      }
    }
  });

  it('sends each event of a pack that came whole again by itself, its attempt kept', async () => {
    const rig = createQuarantineRig();
    expect(await rig.deliver([{ ...packMessage(1, 2), attributes: { attempt: '3' } }])).toEqual([]);
    expect(rig.sent).toEqual([
      { ...packMessage(1), attributes: { attempt: '3', split: 'true' } },
      { ...packMessage(2), attributes: { attempt: '3', split: 'true' } },
    ]);
    expect(await collect(rig.quarantine.ids('all'))).toEqual([]);
  });

  it('sends a damaged record of such a pack too: PERSIST says what is wrong with it', async () => {
    const rig = createQuarantineRig();
    const damaged = '#{"c":1}\n{}\n';
    await rig.deliver([{ body: packOf([encodeEvent(event(1)), damaged]) }]);
    expect(rig.sent.map(({ body }) => body)).toEqual([packMessage(1).body, packOf([damaged])]);
  });

  it('gives an event that comes back alone a second chance, and then makes it a letter', async () => {
    const rig = createQuarantineRig();
    await rig.deliver([packMessage(1)]);
    expect(rig.sent).toEqual([{ ...packMessage(1), attributes: { split: 'true' } }]);
    await rig.deliver(rig.sent.splice(0));
    expect(rig.sent).toEqual([]);
    const { consultationId, eventId } = event(1);
    expect(await onlyLetter(rig)).toMatchObject({
      reason: 'undeliverable',
      attempt: 1,
      form: 'record',
      record: encodeEvent(event(1)),
      consultationId,
      eventId,
    });
  });

  it.each(['nonsense', 'FI9\nlater', 'FI1\n', '{"reason":"conflict"}'])(
    'makes %j, which is no pack, a letter',
    async (body) => {
      const rig = createQuarantineRig();
      expect(await rig.deliver([{ body }])).toEqual([]);
      expect(await onlyLetter(rig)).toMatchObject({ reason: 'undeliverable', form: 'message', record: body });
    },
  );

  it('makes a pack a letter that leaves no room to be sent again', async () => {
    const rig = createQuarantineRig();
    const empty = packOf([encodeEvent(event(1, { payload: '' }))]);
    const brim = packOf([encodeEvent(event(1, { payload: 'x'.repeat(limits.messageBytes - empty.length - 6) }))]);
    expect(brim.length).toBeLessThanOrEqual(limits.messageBytes);
    expect(brim.length).toBeGreaterThan(limits.messageBytes - 20);
    await rig.deliver([{ body: brim }]);
    expect(rig.sent).toEqual([]);
    expect(await onlyLetter(rig)).toMatchObject({ reason: 'undeliverable', form: 'record' });
  });

  it.each(['failed', 'throw', 'lost'] as const)(
    'lets a pack come back that the queue did not confirm (%s)',
    async (fate) => {
      let calls = 0;
      const rig = createQuarantineRig({ fateOf: () => (++calls === 2 ? fate : 'sent') });
      expect(await rig.deliver([packMessage(1, 2, 3), ...letterMessages(letterOf(event(4)))])).toEqual([0]);
      expect(await onlyLetter(rig)).toEqual(letterOf(event(4)));
      expect(await rig.deliver([packMessage(1, 2, 3)])).toEqual([]);
      expect(new Set(rig.sent.map(({ body }) => body))).toEqual(
        new Set([1, 2, 3].map((number) => packMessage(number).body)),
      );
    },
  );

  it('keeps a letter whose name a damaged file has, whole, under another one', async () => {
    const rig = createQuarantineRig();
    const letter = messageLetter('text');
    await rig.deliver(letterMessages(messageLetter('other')));
    await rig.deliver(letterMessages(letter));
    rig.disk.put(fileOf(letter), Buffer.from('{"damaged'));
    const [message] = letterMessages(letter);
    expect(await rig.deliver(letterMessages(letter))).toEqual([]);
    const records = await Promise.all(
      (await collect(rig.quarantine.ids('open'))).map(async (letterId) => {
        const found = await rig.quarantine.read(letterId);
        return found.kind === 'letter' && found.found.joined.kind === 'whole'
          ? found.found.joined.letter.record
          : found.kind;
      }),
    );
    expect(records.sort()).toEqual(['other', 'unreadable', message?.body].sort());
  });

  it('counts letters by reason, those in pieces once', async () => {
    lettersQuarantined.reset();
    const rig = createQuarantineRig();
    const large = letterOf(event(1, { payload: `{"quotes":${JSON.stringify('"'.repeat(400_000))}}` }));
    await rig.deliver([...letterMessages(large), ...letterMessages(messageLetter('x')), { body: 'nonsense' }]);
    const counted = (await lettersQuarantined.get()).values.map(({ labels, value }) => [labels.reason, value]);
    expect(Object.fromEntries(counted)).toEqual({ conflict: 1, undecodable_pack: 1, undeliverable: 1 });
  });
});
