import type { Scenario } from './script.ts';

export const deploy: Scenario = {
  name: 'deploy',
  sentence:
    'A release is proven in staging, approved for production by somebody else, watched, and succeeds.',
  async play({ ana, ben, card, thread, runs }) {
    await ana.types('/deploy staging all v1.5.0');
    await ana.sees(/deploying .* to staging/);
    await card(['Deploy to staging', '✅ Deployed'], '15m');
    await runs('staging', 'v1.5.0');

    await ana.types('/deploy production all');
    await card(['Deploy to production', 'Waiting for approval', 'v1.4.0 → v1.5.0']);
    await ben.clicks('Approve');
    await ben.sees('you approved');
    await ana.types('/ops audit D-2');
    await ana.sees(/@ben \S*approve/);
    await card(['Rolling out', 'Approved by @ben']);
    await card('Watching', '15m');
    await card(['✅ Deployed', 'User can log in'], '15m');
    await runs('production', 'v1.5.0');
    await thread([
      'Approved by @ben',
      'Started',
      'Stage 1',
      'Stage 2',
      'Stage 3',
      'The watch begins',
      'Done',
    ]);

    await ana.types('/ops audit');
    await ana.sees(/deploy.ended D-2.*succeeded/);
  },
};
