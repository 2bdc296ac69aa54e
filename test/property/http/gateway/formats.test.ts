import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { httpApi, restApi, type Transport, type WireRequest } from './gateways.ts';
import { type Outcome, startService } from './service.ts';
import { wireRequests } from './wire-requests.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fi-gateway-'));
afterAll(() => rmSync(folder, { recursive: true }));
const service = await startService(folder);

const transports: fc.Arbitrary<Transport> = fc.constantFrom('base64', 'text');

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/**
 * What an HTTP API does not tell its functions: where a slash was escaped, that an escape was broken, and, where it
 * decodes the percent sign too, what an escape in an id meant.
 */
const isLostOnHttpApi = ({ path: sent }: WireRequest, keepsPercent: boolean): boolean =>
  sent.split('/').some((segment) => {
    const text = decoded(segment);
    return text === undefined || /[/\u{FFFD}]/u.test(text) || (!keepsPercent && text.includes('%25'));
  });

/** A path that no route has is quoted as it came, which an HTTP API decoded. */
const withoutPath = (outcome: Outcome): Outcome =>
  outcome.body.includes('problem:route-not-found')
    ? { ...outcome, body: JSON.stringify({ ...JSON.parse(outcome.body), detail: '' }) }
    : outcome;

describe('the same request has the same answer and leaves the same in the queue', () => {
  it('through a REST API (payload format 1.0) as through npm start', async () => {
    await fc.assert(
      fc.asyncProperty(wireRequests, transports, async (request, transport) => {
        const expected = await service.throughHost(request);
        expect(await service.throughGateway(restApi(request, transport))).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('through an HTTP API (payload format 2.0) as through npm start', async () => {
    await fc.assert(
      fc.asyncProperty(wireRequests, transports, fc.boolean(), async (request, transport, keepsPercent) => {
        fc.pre(!isLostOnHttpApi(request, keepsPercent));
        const expected = await service.throughHost(request);
        const outcome = await service.throughGateway(httpApi(request, transport, keepsPercent));
        expect(withoutPath(outcome)).toEqual(withoutPath(expected));
      }),
      { numRuns: 2_000 },
    );
  });
});
