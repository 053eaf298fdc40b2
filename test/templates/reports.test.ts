import { describe, expect, test } from '@jest/globals';
import { auditLog } from '../../src/templates/audit-log.ts';
import { healthReport } from '../../src/templates/health-report.ts';
import { statusReport } from '../../src/templates/status.ts';
import { health } from './sample-pages.ts';
import { ana, sample, start, states } from './samples.ts';
import { shown } from './shown.ts';

const nothingKeepsAway = { freezes: [], halts: [], incidents: [] };

describe('the health report', () => {
  const { blocks, plain = [] } = healthReport(health);

  test('begins with the verdict', () => {
    expect(shown(blocks)).toContain('❌ *1 unhealthy, 1 could not tell, 2 healthy*');
  });
  test('lists the worst first', () => {
    const names = shown(plain).match(/(payments|auth|api-gateway|web)\*/g);
    expect(names).toEqual(['payments*', 'auth*', 'api-gateway*', 'web*']);
  });
  test('says where it looked, what it found and what it expected', () => {
    for (const drawn of [blocks, plain]) {
      expect(shown(drawn)).toContain('ready: 503, expected 200 (https://api.skillancer.com/health/ready)');
    }
  });
  test('keeps "could not tell" apart from "unhealthy"', () => {
    expect(shown(plain)).toContain('❔ *auth* not known what runs\n↳ ECS did not answer within 5 s');
  });
  test('says that all is well in one line', () => {
    const services = health.services.filter((s) => s.service === 'web');
    expect(healthReport({ ...health, services }).text).toContain('✅ *All 1 service healthy*');
  });
  test('counts what it has no room for', () => {
    const [web] = health.services.filter((s) => s.service === 'web');
    const services = Array.from(
      { length: 200 },
      (_, n) => ({ ...web, service: `service-${n}` }) as (typeof health.services)[number],
    );
    expect(shown(healthReport({ ...health, services }).blocks)).toMatch(
      /1[4-9]\d more services not shown \(1[4-9]\d healthy\)/,
    );
  });
});

describe('the status', () => {
  const service = { service: 'api', version: 'v1', provenAt: start, concern: null, unknown: null };
  const report = (
    services: (
      | typeof service
      | { service: string; version: null; provenAt: null; concern: string | null; unknown: string | null }
    )[],
  ) =>
    shown(
      statusReport({
        at: start,
        environments: [{ name: 'production', lock: { deployment: 'D-128', since: start }, services }],
        inFlight: [states['rollout-first'] ?? sample()],
        ...nothingKeepsAway,
      }).blocks,
    );

  test('shows what runs, since when it is proven, who holds the lock and what is in flight', () => {
    const text = report([service]);
    expect(text).toMatch(/`api` `v1`, proven <!date/);
    expect(text).toMatch(/\*production\* 🔒 held by D-128 since/);
    expect(text).toContain(
      '🚀 *D-128* deploy to production by @ana: Rolling out stage 1 of 3: 1 of 2 services stable',
    );
  });
  test('puts concerns first', () => {
    const text = report([
      service,
      { ...service, service: 'web', version: null, provenAt: null, concern: 'crash loop', unknown: null },
    ]);
    expect(text.indexOf('crash loop')).toBeLessThan(text.indexOf('`api`'));
  });
  test('says that nothing is in flight', () => {
    expect(
      shown(statusReport({ at: start, environments: [], inFlight: [], ...nothingKeepsAway }).blocks),
    ).toContain('Nothing is in flight');
  });
});

describe('the audit', () => {
  const entry = (n: number) => ({
    at: start + n * 1000,
    who: ana,
    what: 'deploy.asked',
    deployment: `D-${n}`,
    environment: 'production',
    detail: `number ${n}`,
    from: 'command' as const,
  });

  test('shows the newest 20, the newest first', () => {
    const text = shown(
      auditLog(
        Array.from({ length: 25 }, (_, n) => entry(n)),
        null,
      ).blocks,
    );
    expect(text.match(/number \d+/g)).toEqual(Array.from({ length: 20 }, (_, n) => `number ${24 - n}`));
    expect(text).toContain('The newest 20 of 25.');
  });
  test('says who did what, where and how', () => {
    expect(shown(auditLog([entry(1)], null).blocks)).toMatch(
      /@ana `deploy.asked` D-1 in production \(command\): number 1/,
    );
  });
  test.each([
    ['C0GENERAL1', '(command in <#C0GENERAL1>)'],
    ['D0DIRECT01', '(command in a direct message)'],
    ['U0ANA00001', '(command)'],
    ['<!channel>', '(command)'],
  ])('says where from: %s', (channel, words) => {
    expect(shown(auditLog([{ ...entry(1), channel }], null).blocks)).toContain(words);
  });
  test('does not repeat the deployment that was asked about', () => {
    expect(shown(auditLog([entry(1)], 'D-1').blocks)).toMatch(/@ana `deploy.asked` in production/);
  });
  test('puts what the bot did to several services into one line, so that the decisions stay in sight', () => {
    const stable = ['auth', 'web'].map((detail, n) => ({
      ...entry(2),
      at: start + 2000 + n,
      who: null,
      what: 'deploy.service-stable',
      deployment: 'D-1',
      detail,
    }));
    const text = shown(auditLog([entry(1), ...stable], 'D-1').blocks);
    expect(text.match(/service-stable/g)).toHaveLength(1);
    expect(text).toContain('auth, web');
    expect(text).toContain('number 1');
  });
  test('says so where nothing is recorded', () => {
    expect(shown(auditLog([], 'D-9').blocks)).toContain('Nothing is recorded here.');
  });
});
