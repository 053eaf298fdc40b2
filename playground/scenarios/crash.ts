import type { Scenario } from './script.ts';

export const crash: Scenario = {
  name: 'crash',
  sentence:
    'Every worker is killed in the middle of a rollout; another one goes on, and nothing is done twice.',
  workers: 2,
  async play({ ana, card, runs, see, note, stage: { bots, cloud } }) {
    const [, first, second] = bots;
    await ana.types('/deploy staging all v1.5.0');
    await card('Rolling out stage 1 of 3');
    await see('the first update of a service', () => (cloud.calls.UpdateService ?? 0) > 0);

    // Whichever of them was at work on the deployment is gone, at whatever point it was.
    note('both workers are killed with SIGKILL, and one is started again');
    const killed = performance.now();
    await Promise.all([first?.kill('SIGKILL'), second?.kill('SIGKILL')]);
    const before = cloud.calls.DescribeServices ?? 0;
    await first?.restart();
    await see('another worker at work', () => (cloud.calls.DescribeServices ?? 0) > before, '10m');
    const seconds = (performance.now() - killed) / 1000;
    note(`after ${seconds.toFixed(1)} s of real time it goes on`);
    await see(
      `going on within 10 s of real time (it took ${seconds.toFixed(1)} s)`,
      () => seconds < 10,
      '1s',
    );

    await card(['Deploy to staging', '✅ Deployed'], '15m');
    await runs('staging', 'v1.5.0');
    await see('exactly one update of each service', () => {
      const updated = cloud.writes.flatMap(({ operation, input }) =>
        operation === 'UpdateService' ? [JSON.stringify(input)] : [],
      );
      return updated.length === 7 && new Set(updated).size === 7;
    });
  },
};
