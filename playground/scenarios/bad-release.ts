import type { Scenario } from './script.ts';

export const badRelease: Scenario = {
  name: 'bad-release',
  sentence:
    'A release that was fine in staging goes bad in production, and everything is put back by itself.',
  async play({ ana, ben, card, thread, runs, note, stage: { cloud, estate } }) {
    for (const service of estate.catalog.services) cloud.push(estate.repository(service), 'v1.6.0');
    await ana.types('/deploy staging all v1.6.0');
    await card(['Deploy to staging', '✅ Deployed'], '15m');
    await runs('staging', 'v1.6.0');

    note(
      "production's load will show what staging's did not: a minute after the rollout api-gateway answers 503",
    );
    cloud.break.version(estate.repository('api-gateway'), 'v1.6.0', 'unhealthy-later');
    await ana.types('/deploy production all v1.6.0');
    await card('Waiting for approval');
    await ben.clicks('Approve');
    await card('Watching', '15m');
    await card('Rolling back', '10m');
    await card(['Rolled back', 'every changed service runs what it ran before'], '15m');
    await runs('production', 'v1.4.0');
    await thread([
      'The watch begins',
      'The watch failed',
      'Rolling back',
      'web is put back',
      'api-gateway is put back',
      'auth-svc is put back',
      'The rollback is verified',
    ]);
  },
};
