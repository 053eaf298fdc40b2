import { incidentScript, onTime } from './incident-script.ts';
import type { Scenario } from './script.ts';

const minute = 60_000;

export const p1: Scenario = {
  name: 'p1',
  sentence:
    'An alert opens a P1: war room, pager, checks, updates every 15 minutes, a rollback, the status page, the post-mortem.',
  running: { production: 'v1.5.0' },
  scale: 60,
  async play(script) {
    const { ana, ben, carla, stage, see, note, runs } = script;
    const { cloud, estate, outside, slack } = stage;
    const { alert, card, room, inRoom, summary, update, at, posts } = incidentScript(script);

    note('an hour after it was released, v1.5.0 answers 503 everywhere in production');
    for (const service of estate.catalog.services) {
      cloud.break.service(estate.cluster('production'), service, 'errors');
    }
    await alert('HighErrorRate', ['api-gateway'], 'firing', 'http_5xx_rate');
    await card(['🚨 INCIDENT', 'P1', 'Investigating', 'HighErrorRate'], '2m');
    const name = await room('2m');
    await see('the card pointing to the war room', () => name.startsWith('inc-'));
    await summary(['P1', 'Acknowledge'], '2m');
    await see(
      'a page in PagerDuty',
      () => outside.pagerduty.incidents.some((i) => i.status === 'triggered'),
      '2m',
    );
    await see(
      'ben, who is on call, in the war room',
      () => slack.channels().some((c) => c.name === name && c.members.includes('ben')),
      '2m',
    );
    const declared = outside.pagerduty.incidents[0]?.createdAt ?? stage.clock.now();

    note('ben acknowledges in PagerDuty');
    outside.pagerduty.acknowledge('pilothouse:INC-1', 'ben');
    await inRoom('Acknowledged by @ben', '2m');
    await inRoom(['api-gateway', /503|500/], '3m');
    await inRoom('Immediate rollback', '3m');
    await ben.types('/incident INC-1 claim commander');
    await carla.types('/incident INC-1 claim communications');
    await ana.types('/incident INC-1 claim scribe');
    await summary([/commander.*ben/i], '2m');

    note('deploys wait while a P1 is open, rollbacks do not');
    await ana.types('/deploy production web v1.4.1 --skip-staging --reason "unrelated"');
    await ana.sees(/INC-1|may not/);

    const first = await update(1);
    onTime('The first update', at(first), declared + 15 * minute, stage.scale);
    await inRoom(['📍 UPDATE', 'automatically'], '1m');

    note('ben publishes to the status page, and rolls back');
    await ben.types('/incident INC-1 publish');
    await ben.seesForm('Status page');
    await ben.fills({ Text: 'Checkout fails. We are rolling back the last release.' });
    await see('an incident on the status page', () =>
      [...outside.statuspage.pages.values()].some((page) => page.incidents.length === 1),
    );
    for (const service of estate.catalog.services) {
      cloud.break.service(estate.cluster('production'), service, 'errors', 'new-tasks');
    }
    await ben.types('/rollback production all v1.4.0 INC-1 errors since v1.5.0');
    await ben.seesForm('Roll back');
    await ben.fills({ 'Type ROLLBACK to go on': 'ROLLBACK' });
    const second = await update(2);
    onTime('The second update', at(second), at(first) + 15 * minute, stage.scale);
    await runs('production', 'v1.4.0', '20m');
    await inRoom(/rolled back|Rollback/i, '10m');
    await card('Monitoring', '10m');

    await alert('HighErrorRate', ['api-gateway'], 'resolved', 'http_5xx_rate');
    await inRoom('Alert over', '2m');
    await ben.types('/incident INC-1 resolve');
    await ben.seesForm('Resolve');
    await ben.fills({
      Impact: 'Checkout failed for everybody',
      Resolution: 'Rolled back to v1.4.0',
      'Root cause': 'v1.5.0 exhausts its connections',
      'Follow-up 1': 'Limit the connection pool',
    });
    await inRoom(['✅ RESOLVED', 'Rolled back to v1.4.0'], '2m');
    await card('Resolved', '2m');
    await see(
      'the page resolved in PagerDuty',
      () => outside.pagerduty.incidents.every((i) => i.status === 'resolved'),
      '2m',
    );
    await see('the status page resolved', () =>
      [...outside.statuspage.pages.values()].every((page) =>
        page.incidents.every((i) => i.status === 'resolved'),
      ),
    );
    await see(
      'a post-mortem',
      () => slack.files(name).some((file) => /post-mortem/i.test(file.title ?? file.name)),
      '2m',
    );
    await see('an issue on GitHub', () =>
      [...outside.github.repositories.values()].some((repository) => repository.issues.length === 1),
    );
    const count = posts('📍').length;
    note('no update comes after the end');
    await see('twenty minutes of silence', () => stage.clock.now() > at(second) + 45 * minute, '60m');
    await see('no further update', () => posts('📍').length === count, '1s');
    await ana.types('/deploy production web v1.4.1 --skip-staging --reason "unrelated" --plan');
  },
};
