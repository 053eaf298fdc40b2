/** However many probes there are, the bot asks few at a time: its own load must not make services look slow. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkServices } from '../../src/jobs/deployment/steps/checks.ts';
import { checkHealth } from '../../src/jobs/health.ts';
import { probesAtOnce } from '../../src/jobs/probing.ts';
import { type ByHand, byHand, services } from '../jobs/by-hand.ts';
import { record } from '../jobs/deployment/records.ts';

const many = Array.from({ length: 20 }, (_, n) => `      - { name: probe-${n}, get: /health }`).join('\n');

let hand: ByHand;
let underWay = 0;
let most = 0;
beforeAll(async () => {
  hand = await byHand((text) => text.replaceAll(/ {6}- \{ name: live.*/g, many));
  hand.probing = async ({ name, url }) => {
    most = Math.max(most, ++underWay);
    await sleep(2);
    underWay--;
    return { name, url, verdict: 'ok', took: 2, because: null };
  };
});
afterAll(() => hand.stop());

test('of a deployment', async () => {
  most = 0;
  const expected = services.map((service) => ({ service, revision: { version: 'v1.0.0', ref: 'x' } }));
  const checks = await checkServices(record({ environment: 'production' }), expected, hand.worker());
  expect(checks.map(({ succeeded }) => succeeded)).toEqual([20, 20, 20]);
  expect(most).toBe(probesAtOnce);
});

test('of a health check', async () => {
  most = 0;
  const report = await checkHealth({ environment: 'production', services, full: true }, hand.worker());
  expect(report.services.map(({ probes }) => probes.length)).toEqual([20, 20, 20]);
  expect(most).toBe(probesAtOnce);
});
