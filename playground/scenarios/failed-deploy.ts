import { incidentScript } from './incident-script.ts';
import type { Scenario } from './script.ts';

export const failedDeploy: Scenario = {
  name: 'failed-deploy',
  sentence:
    'A production deploy goes bad: it is put back by itself, an incident opens with its evidence, on-call is paged.',
  async play(script) {
    const { ana, ben, card: deployment, runs, note, see, stage } = script;
    const { cloud, estate, outside } = stage;
    const { card, thread } = incidentScript(script);
    for (const service of estate.catalog.services) cloud.push(estate.repository(service), 'v1.6.0');
    await ana.types('/deploy staging all v1.6.0');
    await deployment(['Deploy to staging', '✅ Deployed'], '15m');

    note('in production it goes bad a minute after the rollout');
    cloud.break.version(estate.repository('api-gateway'), 'v1.6.0', 'unhealthy-later');
    await ana.types('/deploy production all v1.6.0');
    await deployment('Waiting for approval');
    await ben.clicks('Approve');
    await deployment('Rolled back', '30m');
    await runs('production', 'v1.4.0');

    await card(['P2', 'api-gateway', 'D-2'], '2m');
    await thread(['failed while watched', 'was rolled back'], '2m');
    await see(
      'on-call paged, for it was a production rollback',
      () => outside.pagerduty.incidents.length === 1,
      '2m',
    );
    await ben.clicks('Acknowledge');
    await thread(['Acknowledged by @ben'], '2m');
    await ben.types('/incident INC-1 resolve');
    await ben.seesForm('Resolve');
    await ben.fills({
      Impact: 'Three minutes of errors',
      Resolution: 'The automatic rollback',
    });
    await card('Resolved', '2m');
    await see('only one incident', () => outside.pagerduty.incidents.length === 1, '1s');
  },
};
