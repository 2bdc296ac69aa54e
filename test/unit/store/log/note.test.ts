import { describe, expect, it } from 'vitest';
import { MalformedNote, UntrustedNote } from '../../../../shared/domain/errors.ts';
import { parseCheckpoint, signCheckpoint, verifyCheckpoint } from '../../../../shared/store/log/checkpoint.ts';
import { openNote, signNote } from '../../../../shared/store/log/note/note.ts';
import { generateSigningKey, openSigner } from '../../../../shared/store/log/note/signer.ts';
import { formatVerifierKey, parseVerifierKey } from '../../../../shared/store/log/note/verifier-key.ts';
import { appendLeaves, emptyEdge } from '../../../../shared/store/log/right-edge.ts';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from '../../../../shared/store/log/tlog-proof.ts';
import { countingLeaves, hex, vectors } from './go-log.ts';

const { note: go } = vectors;
const signer = openSigner(go.signerKey);
const key = parseVerifierKey(go.verifierKey);
const leaves = countingLeaves(70_000);

/** The examples of C2SP signed-note, and of Go's sumdb/note. */
const published = [
  {
    verifierKey: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    text: 'This is an example message.\n',
    signature:
      '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
  },
  {
    verifierKey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
    signature:
      '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
  },
];

describe('keys', () => {
  it.each([go.verifierKey, ...published.map(({ verifierKey }) => verifierKey)])('%s is read and written', (text) => {
    expect(formatVerifierKey(parseVerifierKey(text))).toBe(text);
  });

  it('the signing key of Go has the verifier key of Go', () => {
    expect(formatVerifierKey(signer.verifierKey)).toBe(go.verifierKey);
  });

  it('a new key is its own, and signs', () => {
    const [one, other] = [generateSigningKey('example.com/log'), generateSigningKey('example.com/log')];
    expect(one).not.toBe(other);
    const { verifierKey } = openSigner(one);
    expect(openNote(signNote('a text\n', [openSigner(one)]), [verifierKey]).signedBy).toEqual([verifierKey]);
    expect(() => openNote(signNote('a text\n', [openSigner(one)]), [openSigner(other).verifierKey])).toThrow(
      UntrustedNote,
    );
  });

  it.each([
    ['of another algorithm', 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['too long', 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=='],
    ['with the id of another', go.verifierKey.replace(/\+[0-9a-f]{8}\+/, '+00000000+')],
    ['cut off', go.verifierKey.slice(0, -4)],
    ['without a name', go.verifierKey.replace('example.com/fi-events', '')],
    ['with a space in its name', go.verifierKey.replace('.com', ' com')],
    ['in other base64', go.verifierKey.replaceAll('/', '_')],
    ['empty', ''],
  ])('a verifier key %s is refused', (_, text) => {
    expect(() => parseVerifierKey(text)).toThrow(MalformedNote);
  });

  it.each([
    '',
    'PRIVATE+KEY+x',
    go.verifierKey,
    go.signerKey.slice(0, -4),
    go.signerKey.replace(/\+[0-9a-f]{8}\+/, '+00000000+'),
  ])('a wrong signing key is refused, and never repeated in the message', (text) => {
    const secret = text.split('+').at(-1);
    let message = '';
    try {
      openSigner(text);
    } catch (error) {
      if (error instanceof MalformedNote) message = error.message;
    }
    expect(message).toContain('signing key');
    if (secret) expect(message).not.toContain(secret);
  });

  it.each(['', 'a b', 'a+b', 'a\u00a0b', 'a\nb', '\ud800'])('%j can name no log', (name) => {
    expect(() => generateSigningKey(name)).toThrow(MalformedNote);
  });
});

describe('notes', () => {
  it.each(published)('the published one of $verifierKey opens', ({ verifierKey, text, signature }) => {
    const trusted = parseVerifierKey(verifierKey);
    expect(openNote(`${text}\n${signature}`, [trusted])).toEqual({ text, signedBy: [trusted] });
    expect(() => openNote(`${text}x\n\n${signature}`, [trusted])).toThrow('altered');
    expect(() => openNote(`${text}\n${signature}`, [key])).toThrow(UntrustedNote);
  });

  it('opens with signatures of strangers beside a known one, in any order', () => {
    const stranger = openSigner(generateSigningKey('example.com/witness'));
    for (const signers of [
      [signer, stranger],
      [stranger, signer],
    ]) {
      expect(openNote(signNote('x\n', signers), [key]).signedBy).toEqual([key]);
    }
  });

  it('a stranger with the name of a known key counts for nothing', () => {
    const impostor = openSigner(generateSigningKey(key.name));
    expect(() => openNote(signNote('x\n', [impostor]), [key])).toThrow(UntrustedNote);
  });

  it('a text may have empty lines', () => {
    expect(openNote(signNote('a\n\nb\n', [signer]), [key]).text).toBe('a\n\nb\n');
  });

  const [line = ''] = signNote('x\n', [signer]).split('\n').slice(2);
  it.each([
    ['no signature', 'x\n\n'],
    ['no empty line', `x\n${line}\n`],
    ['no last newline', `x\n\n${line}`],
    ['a control character', `x\t\n\n${line}\n`],
    ['another dash', `x\n\n${line.replace('—', '-')}\n`],
    ['an empty line among the signatures', `x\n\n${line}\n\n${line.replace('—', '')}\n`],
    ['a signature too short', 'x\n\n— a AAAAAA==\n'],
    ['base64 that could be written otherwise', `x\n\n${line.replace(/=$/, '')}\n`],
    ['something after the signature', `x\n\n${line} x\n`],
    ['more than a hundred signatures', `x\n\n${`${line}\n`.repeat(101)}`],
    ['nothing', ''],
  ])('with %s is malformed', (_, text) => {
    expect(() => openNote(text, [key])).toThrow(MalformedNote);
  });

  it('a text that is none can not be signed', () => {
    for (const text of ['no newline', 'tab\t\n', '\ud800\n']) {
      expect(() => signNote(text, [signer])).toThrow(MalformedNote);
    }
  });
});

describe('checkpoints', () => {
  const edge = appendLeaves(emptyEdge, leaves);

  it('are signed to the byte as by Go, and verify', () => {
    expect(signCheckpoint(signer, edge)).toBe(go.checkpoint);
    const { origin, size, root } = verifyCheckpoint(go.checkpoint, [key]);
    expect([origin, size, hex(root)]).toEqual([key.name, 70_000, vectors.roots['70000']]);
  });

  it('of an empty log are checkpoints too', () => {
    expect(verifyCheckpoint(signCheckpoint(signer, emptyEdge), [key]).size).toBe(0);
  });

  it('signed by the key of another log are not believed', () => {
    const other = openSigner(generateSigningKey('example.com/other'));
    const note = signNote('example.com/fi-events\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n', [other]);
    expect(() => verifyCheckpoint(note, [other.verifierKey, key])).toThrow(UntrustedNote);
  });

  const root = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
  it('may have lines that we do not know', () => {
    expect(parseCheckpoint(`o\n7\n${root}\nextension\n`).size).toBe(7);
  });
  it.each([
    ['no origin', `\n7\n${root}\n`],
    ['a size with a zero before it', `o\n07\n${root}\n`],
    ['a size that is none', `o\n-7\n${root}\n`],
    ['a size beyond what is counted exactly', `o\n9007199254740992\n${root}\n`],
    ['a root that is too short', 'o\n7\nAAAA\n'],
    ['no last newline', `o\n7\n${root}`],
    ['an empty extension line', `o\n7\n${root}\n\n`],
    ['too few lines', 'o\n7\n'],
  ])('with %s are malformed', (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow(MalformedNote);
  });
});

describe('proofs for who has nothing but the key', () => {
  const leaf = leaves.subarray(256 * 32, 257 * 32);

  it.each([go.proof, go.proofWithExtra])('are read and written to the byte as by Go, and verify', (text) => {
    expect(formatTlogProof(parseTlogProof(text))).toBe(text);
    expect(verifyTlogProof(text, leaf, [key]).size).toBe(70_000);
  });

  it('prove no other event, no other position, nothing by another key', () => {
    expect(() => verifyTlogProof(go.proof, leaves.subarray(0, 32), [key])).toThrow(UntrustedNote);
    expect(() => verifyTlogProof(go.proof.replace('index 256', 'index 257'), leaf, [key])).toThrow(UntrustedNote);
    const stranger = openSigner(generateSigningKey('example.com/other')).verifierKey;
    expect(() => verifyTlogProof(go.proof, leaf, [stranger])).toThrow(UntrustedNote);
  });

  it.each([
    ['another header', go.proof.replace('@v1', '@v2')],
    ['no index', go.proof.replace(/index .*\n/, '')],
    ['an index with a zero before it', go.proof.replace('index 256', 'index 0256')],
    ['a short hash', go.proof.replace(/(index 256\n).*\n/, '$1AAAA\n')],
    ['extra data that is none', go.proofWithExtra.replace('ZXh0cmE=', '???')],
    ['nothing after it', go.proof.slice(0, 60)],
    ['nothing', ''],
  ])('with %s are malformed', (_, text) => {
    expect(() => verifyTlogProof(text, leaf, [key])).toThrow(MalformedNote);
  });
});
