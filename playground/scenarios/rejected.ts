import type { Scenario } from './script.ts';

export const rejected: Scenario = {
  name: 'rejected',
  sentence: 'Who may not decide is told so, nobody approves their own, and the first decision counts.',
  async play({ ana, ben, dave, card, thread, runs }) {
    await ana.types('/deploy staging web v1.5.0');
    await card(['Deploy to staging', '✅ Deployed'], '15m');

    await ana.types('/deploy production web v1.5.0');
    await card(['Deploy to production', 'Waiting for approval']);
    await dave.clicks('Approve');
    await dave.sees('You may not do that');
    await ana.clicks('Approve');
    await ana.sees('You may not do that');
    await card('Waiting for approval');

    // Both look at the same buttons; one click is first.
    await Promise.all([ben.clicks('Reject'), ben.clicks('Approve')]);
    await ben.sees('you rejected');
    // How far the worker is by then decides which of the two is said.
    await ben.sees(/was first|already ended \(rejected\)/);
    await card(['Rejected', '@ben', 'nothing was changed']);
    await thread(['Rejected by @ben']);

    await ben.types('/deploy production web v1.5.0');
    await card(['Waiting for approval', 'Asked for by @ben']);
    await ben.clicks('Approve');
    await ben.sees('somebody else has to approve it');
    await ben.clicks('Cancel');
    await card(['Cancelled', 'nothing was changed']);
    await runs('production', 'v1.4.0');
  },
};
