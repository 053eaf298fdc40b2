import type { Scenario } from './script.ts';

export const rollback: Scenario = {
  name: 'rollback',
  sentence:
    'One service goes back in production: with a reason, and the word ROLLBACK typed out, once wrongly.',
  running: { production: 'v1.5.0' },
  async play({ ana, card, thread, runs, see, stage }) {
    await ana.types('/rollback api-gateway v1.4.0');
    await ana.seesForm('Roll back');
    await ana.fills({ Reason: 'logins fail since v1.5.0', 'Type ROLLBACK to go on': 'rollback please' });
    await ana.seesInForm('ROLLBACK');
    await ana.fills({ 'Type ROLLBACK to go on': 'ROLLBACK' });
    await card(['Roll back production', 'logins fail since v1.5.0', 'api-gateway v1.5.0 → v1.4.0']);
    await card('Rolled back', '15m');

    const { cloud, estate } = stage;
    const version = (service: string) => cloud.running(estate.cluster('production'), service).version;
    await see('v1.4.0 of api-gateway in production', () => version('api-gateway') === 'v1.4.0');
    await see('every other service as it was', () =>
      estate.catalog.services.every((one) => one === 'api-gateway' || version(one) === 'v1.5.0'),
    );
    await runs('staging', 'v1.4.1');
    await thread(['Started', 'api-gateway is stable', 'Done']);

    await ana.types('/ops audit');
    await ana.sees('logins fail since v1.5.0');
  },
};
