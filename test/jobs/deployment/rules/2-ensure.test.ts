/** Rule 2: steps ensure, they do not do. Any step may run twice, at any point, on any machine. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Outcome } from '../../../../src/jobs/deployment/outcome.ts';
import { runbook } from '../../../../src/jobs/deployment/runbook.ts';
import type { ActiveStep, Deployment } from '../../../../src/records/deployment.ts';
import { type ByHand, byHand, prod, services, staging } from '../../by-hand.ts';

let hand: ByHand;
beforeEach(async () => {
  hand = await byHand();
});
afterEach(() => hand.stop());

/** Before every step two workers do it and die before they save; gives the steps that were done so. */
async function endAgainstDyingWorkers(id: string): Promise<{ d: Deployment; steps: Set<ActiveStep> }> {
  const steps = new Set<ActiveStep>();
  hand.beforeStep = async (d) => {
    if (d.step === 'ended') return;
    const first = await runbook[d.step](d, hand.worker());
    const effects = hand.effects();
    const second = await runbook[d.step](d, hand.worker());
    expect(hand.effects()).toEqual(effects);
    expect(decided(second)).toEqual(decided(first));
    expect(await hand.record(id)).toEqual(d);
    steps.add(d.step);
    if (d.step === 'approval') await hand.click(id, 'approve');
  };
  return { d: await hand.untilIn(id, 'ended'), steps };
}

/** What an outcome decides and tells; how much of a rollout is seen may differ from look to look. */
const decided = ({ kind, ...outcome }: Outcome) => ({
  kind,
  to: 'to' in outcome ? outcome.to : null,
  told: 'story' in outcome ? outcome.story : [],
});

const changed = (environment: string, names = services) =>
  names.flatMap((service) => [
    `RegisterTaskDefinition skillancer-${environment}-${service}`,
    `UpdateService ${service}`,
  ]);

test('a deploy whose every step is done three times changes everything once', async () => {
  await hand.end(await hand.ask({ kind: 'deploy', environment: 'staging' }));
  expect(hand.effects().toSorted()).toEqual(changed('staging').toSorted());

  const id = await hand.ask({ kind: 'deploy', environment: 'production' });
  const { d, steps } = await endAgainstDyingWorkers(id);
  expect(d.ending).toBe('succeeded');
  expect(hand.versions(prod)).toEqual(['v1.2.0', 'v1.2.0', 'v1.2.0']);
  expect(hand.effects().slice(6).toSorted()).toEqual(changed('prod').toSorted());
  expect([...steps]).toEqual([
    'preflight',
    'approval',
    'claim',
    'backup',
    'rollout',
    'verify',
    'watch',
    'complete',
  ]);
  for (const service of services) expect(await hand.store.proofsOf('production', service)).toHaveLength(1);
  expect(await hand.store.lockHolder('production')).toBeNull();
});

test('a rollback of a bad release whose every step is done three times takes everything back once', async () => {
  hand.cloud.break.version('api-gateway', 'v1.2.0', 'unhealthy');
  const id = await hand.ask({ kind: 'deploy', environment: 'staging' });
  const { d, steps } = await endAgainstDyingWorkers(id);
  expect(d.ending).toBe('rolled-back');
  expect(hand.versions(staging)).toEqual(['v1.0.0', 'v1.0.0', 'v1.0.0']);
  const back = services.map((service) => `UpdateService ${service}`);
  expect(hand.effects().toSorted()).toEqual([...changed('staging'), ...back].toSorted());
  expect([...steps].slice(-2)).toEqual(['rollback', 'verify-rollback']);
});

test('a held deployment that is looked at many times is asked about once', async () => {
  const id = await hand.ask({ kind: 'deploy', environment: 'staging' });
  await hand.untilIn(id, 'watch');
  hand.cloud.break.denied('DescribeServices');
  const held = await hand.untilIn(id, 'hold');
  for (let visits = 0; visits < 5; visits++) await hand.visit(id);
  expect(await hand.record(id)).toEqual(held);
});
