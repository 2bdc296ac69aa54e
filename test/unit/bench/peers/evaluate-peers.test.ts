import { describe, expect, it } from 'vitest';
import { evaluatePeers } from '../../../../bench/peers/report/evaluate-peers.ts';
import { renderPeersHtml } from '../../../../bench/peers/report/html.ts';
import { renderPeersText } from '../../../../bench/peers/report/text.ts';
import type { ComparisonResult } from '../../../../bench/peers/run/result.ts';
import { busy } from '../fixtures/result.ts';
import { comparisonResult, peersResult, runsOf } from './fixture.ts';

const stack = 'report-phase-2-best';

/** Ours at 8,000 requests a second, and the report's stack at what is given. */
const against = (requestsPerSecond: number): ComparisonResult => {
  const our = ['ours', { requestsPerSecond: 8_000, p95Ms: 4 }] as const;
  const their = [stack, { requestsPerSecond, p95Ms: 8 }] as const;
  return comparisonResult(stack, runsOf(our, their, our, their, our, their, our));
};

const verdictOf = (comparison: ComparisonResult, scaleName: 'full' | 'quick' = 'full') =>
  evaluatePeers(peersResult([comparison], scaleName)).budgets;

describe("the budgets against the report's own stack", () => {
  it('are judged by the ratio in the same run', () => {
    expect(verdictOf(against(1_000))).toMatchObject([{ atLeast: 4, verdict: { kind: 'met' } }]);
    expect(verdictOf(against(1_000))[0]?.times?.median).toBeCloseTo(8);
    expect(verdictOf(against(4_000))).toMatchObject([{ verdict: { kind: 'not-met' } }]);
  });

  it('are not judged on a busy machine, not even met: it may have been the stack that was disturbed', () => {
    const disturbed = against(1_000);
    const runs = disturbed.runs.map((run) => (run.contender === stack ? { ...run, noise: busy } : run));
    expect(verdictOf({ ...disturbed, runs })).toMatchObject([{ verdict: { kind: 'inconclusive' } }]);
  });

  it('are not judged by a quick run', () => {
    expect(verdictOf(against(1_000), 'quick')).toMatchObject([{ verdict: { kind: 'inconclusive' } }]);
  });

  it('are left out where the stack was not selected', () => {
    expect(verdictOf(comparisonResult('another', []))).toEqual([]);
  });
});

describe('the evaluation of peers', () => {
  it('counts what ours lost, and not what a peer did', () => {
    const runs = runsOf(['ours', {}], [stack, {}], ['ours', {}]).map((run, index) => ({ ...run, lost: index + 1 }));
    expect(evaluatePeers(peersResult([comparisonResult(stack, runs)], 'full')).lostByOurs).toBe(4);
  });

  it('names whose failure it was', () => {
    const peers = [{ name: stack, what: '', failures: ['it ended'] }];
    const result = peersResult([comparisonResult(stack, [], { peers })], 'full');
    expect(evaluatePeers(result).failures).toEqual([`accept: ${stack}: it ended`]);
  });
});

describe('the reports', () => {
  const skipped = { name: 'elasticmq', what: 'what it is', failures: [], skipped: 'there is no <Java>' };
  const compared = against(1_000);
  const result = peersResult([{ ...compared, peers: [...compared.peers, skipped] }], 'full');
  const evaluation = evaluatePeers(result);

  it('show the median of each and how many times better ours is', () => {
    expect(renderPeersText(evaluation)).toMatch(/answered +1,000 req\/s +ours 8\.00x/);
    expect(renderPeersHtml(result, evaluation)).toContain('1,000 (8.00x)');
  });

  it('say why a peer is missing', () => {
    expect(renderPeersText(evaluation)).toMatch(/elasticmq +skipped: there is no <Java>/);
    expect(renderPeersHtml(result, evaluation)).toContain('elasticmq was skipped: there is no &#60;Java&#62;');
  });

  it('judge the budget', () => {
    expect(renderPeersText(evaluation)).toMatch(/≥ 4\.00x report-phase-2-best +8\.00x .* met/);
  });
});
