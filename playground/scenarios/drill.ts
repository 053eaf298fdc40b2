import { incidentScript } from './incident-script.ts';
import type { Scenario } from './script.ts';

export const drill: Scenario = {
  name: 'drill',
  sentence: 'A drill: everything as in earnest, marked everywhere, and nothing outside Slack is touched.',
  async play(script) {
    const { ben, see, note, stage } = script;
    const { cloud, outside } = stage;
    const { card, room, inRoom, summary } = incidentScript(script);
    const writes = cloud.writes.length;
    await ben.types('/incident drill bad-release');
    await card(['DRILL', 'P1'], '2m');
    await room('2m');
    await summary(['DRILL'], '2m');
    await ben.clicks('Acknowledge');
    await inRoom('Acknowledged by @ben', '2m');
    await inRoom(['(made up)', '503'], '3m');
    await ben.clicks('Roll back all');
    await inRoom('it helps', '3m');
    await card('Monitoring', '3m');
    await ben.types('/incident INC-1 resolve');
    await ben.seesForm('Resolve');
    await ben.fills({ Impact: 'Nothing, it was a drill', Resolution: 'Practice' });
    await inRoom(['✅ RESOLVED'], '2m');
    note('nobody was paged, nothing was published, nothing was changed');
    await see('no page', () => outside.pagerduty.incidents.length === 0, '1s');
    await see(
      'nothing public',
      () => [...outside.statuspage.pages.values()].every((p) => p.incidents.length === 0),
      '1s',
    );
    await see('no change in the cloud', () => cloud.writes.length === writes, '1s');
  },
};
