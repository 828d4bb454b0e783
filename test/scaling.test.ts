import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildFiguresDocuments } from '../scripts/figures-documents.ts';
import { demand, NATION } from '../scripts/scaling/nation.ts';
import { type QueueServer, simulateQueue } from '../scripts/scaling/queue.ts';

const server: QueueServer = {
  judgeMs: 0.4,
  answerMs: 0.1,
  readMs: 0.1,
  writeMs: 0.2,
  commitMs: 2,
  foldClaims: 1000,
  foldMs: 15,
};

describe('the simulation of a server', () => {
  it('has each thread work for what comes', () => {
    const { mainBusy, writerBusy } = simulateQueue(server, { claims: 200, reads: 1000 }, 60);
    expect(mainBusy).toBeCloseTo(200 * 0.0005 + 1000 * 0.0001, 1);
    // Commits are shared by the claims that wait for them, so they take less than 2 ms each.
    expect(writerBusy).toBeGreaterThan(200 * 0.0002);
    expect(writerBusy).toBeLessThan(200 * 0.0022);
  });

  it('answers in the time that the work takes where nobody waits', () => {
    const alone = { ...server, judgeMs: 1, answerMs: 1e-9, writeMs: 0, commitMs: 1e-9, foldMs: 0 };
    const { p50Ms, p99Ms } = simulateQueue(alone, { claims: 5, reads: 0 }, 4000);
    expect(p50Ms).toBeCloseTo(Math.log(2), 1);
    expect(p99Ms).toBeGreaterThan(0.9 * Math.log(100));
    expect(p99Ms).toBeLessThan(1.1 * Math.log(100));
  });

  it('has answers wait longer under more load, and is the same for the same seed', () => {
    const at = (claims: number) => simulateQueue(server, { claims, reads: claims }, 30);
    expect(at(1400).p99Ms).toBeGreaterThan(at(200).p99Ms);
    expect(at(1400).largestBatch).toBeGreaterThan(at(200).largestBatch);
    expect(at(200)).toEqual(at(200));
  });
});

describe('a nation on paper', () => {
  it('comes in the busiest hour many times as often as on average', () => {
    const { mean, peak, afterOutage } = demand();
    expect(mean * NATION.workingDays * 86_400).toBeCloseTo(NATION.claimsPerYear);
    expect(peak).toBeGreaterThan(4 * mean);
    expect(afterOutage).toBeGreaterThan(peak);
  });
});

it('docs show the figures of bench/results, as npm run definitions puts them there', () => {
  for (const [path, text] of buildFiguresDocuments()) {
    expect(readFileSync(join(import.meta.dirname, '..', path), 'utf8'), path).toBe(text);
  }
});
