/** What people do to get better: restart, scale, limit, show a page, roll back; each once, and only what the catalog offers. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type IncidentBot, production, rules, startIncidents } from '../support/incidents.ts';

let bot: IncidentBot;
beforeAll(async () => {
  bot = await startIncidents();
});
afterEach(() => {
  expect(bot.refusals()).toEqual([]);
});
afterAll(() => bot?.stop());

const forced = (service: string) =>
  bot.cloud.writes.filter(({ operation, input }) => {
    const said = JSON.stringify(input);
    return (
      operation === 'UpdateService' &&
      said.includes(`"service":"${service}"`) &&
      said.includes('"forceNewDeployment":true')
    );
  });
const priority = (arn: string) =>
  bot.cloud.snapshot().loadBalancers[0]?.rules.find((rule) => rule.arn === arn)?.priority;
const visit = async (service: string) =>
  (await fetch(bot.cloud.siteUrl(production, `/${service}/health/live`))).status;

test('restart forces one new deployment, however often it is clicked, and heals what only new tasks heal', async () => {
  bot.cloud.break.service(production, 'api-gateway', 'errors', 'new-tasks');
  const id = await bot.declare('P1 api-gateway checkout hangs', { as: 'ana' });
  expect(await visit('api-gateway')).toBe(500);
  // Whoever acknowledges has health looked at: only what was seen to be ill can be seen to heal.
  await bot.presses(id, 'Acknowledge', { as: 'ana' });
  await bot.once(id, 'the findings', (i) =>
    Boolean(i.findings?.services.some(({ verdict }) => verdict === 'unhealthy')),
  );
  const { roomCard } = await bot.record(id);
  if (!roomCard) throw new Error('no summary');
  const click = (as: string) => bot.slack.click({ text: 'Restart api-gateway' }, { as, message: roomCard });
  await Promise.all([click('carla'), click('carla'), click('ana')]);
  const done = await bot.once(id, 'the restart', (i) => i.mitigations.some((m) => m.state === 'done'));
  expect(done.mitigations).toMatchObject([{ action: 'restart', services: ['api-gateway'] }]);
  expect(forced('api-gateway')).toHaveLength(1);
  expect(forced('auth-svc')).toEqual([]);
  expect(await visit('api-gateway')).toBe(200);
  // Whoever was second was told who had asked before; the double click of one person is one question.
  const answers = (person: string) =>
    bot.whispers(person).filter((said) => !said.includes('acknowledged it'));
  const [winner, other] = done.mitigations[0]?.by.name === 'ana' ? ['ana', 'carla'] : ['carla', 'ana'];
  expect(answers(winner).some((said) => said.includes('It is under way'))).toBe(true);
  expect(answers(other)).not.toContainEqual(expect.stringContaining('It is under way'));
  expect(answers(other)).toContainEqual(expect.stringContaining(`@${winner} asked for that already`));

  // The look after it finds that all is well again.
  await bot.once(id, 'what was found', (i) => i.status === 'monitoring');
  await bot.tells(id, /Restarted api-gateway/);
  expect(
    (await bot.timeline(id)).filter((line) => line === 'mitigation: Restarted api-gateway'),
  ).toHaveLength(1);
  expect(
    (await bot.audit(/mitigat/)).filter(({ detail }) => detail?.includes('Restart api-gateway')),
  ).toHaveLength(1);
  await bot.resolve(id, { as: 'ana' });
});

test('scale up goes to the limit of the catalog and no further, and heals an overload', async () => {
  bot.cloud.break.service(production, 'auth-svc', 'slow', { tasks: 4 });
  const id = await bot.declare('P1 auth-svc logins are slow', { as: 'ana' });
  expect(await bot.presses(id, 'Scale up auth-svc', { as: 'ana' })).toMatch(/It is under way/);
  await bot.once(id, 'the scaling', (i) => i.mitigations[0]?.state === 'done');
  // Two and three more would be five; the catalog allows four.
  expect(bot.cloud.running(production, 'auth-svc')).toMatchObject({ desiredCount: 4, runningCount: 4 });
  await bot.tells(id, /auth-svc 2 → 4 tasks/);

  await bot.presses(id, 'Scale up auth-svc', { as: 'ana' });
  const again = await bot.once(id, 'the second one', (i) =>
    /done|failed/.test(i.mitigations[1]?.state ?? ''),
  );
  expect(again.mitigations[1]).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/4 tasks already/),
  });
  expect(bot.cloud.running(production, 'auth-svc').desiredCount).toBe(4);
  await bot.resolve(id, { as: 'ana' });
});

test('rate limiting and the maintenance page switch the rule of the load balancer, and Undo switches it back', async () => {
  const id = await bot.declare('P1 market-svc too many requests', { as: 'ana' });
  for (const [button, rule, status] of [
    ['Rate limiting', rules.rateLimiting, 429],
    ['Maintenance page', rules.maintenancePage, 503],
  ] as const) {
    await bot.presses(id, button, { as: 'ben' });
    await bot.until(`the rule of ${button}`, () => (priority(rule.arn) === rule.on ? true : undefined));
    const visits = await Promise.all(Array.from({ length: 10 }, () => visit('market-svc')));
    expect(visits).toContain(status);
    // It is on: it can be undone, but not be switched on again.
    await bot.until(`the end of the button ${button}`, async () => {
      const buttons = await bot.buttons(id);
      return buttons.includes(`Undo: ${button}`) && !(await summaryHas(id, button)) ? true : undefined;
    });
    const { roomCard } = await bot.record(id);
    if (!roomCard) throw new Error('no summary');
    const undo = () => bot.slack.click({ text: `Undo: ${button}` }, { as: 'ben', message: roomCard });
    await Promise.all([undo(), undo()]);
    await bot.until(`the rule of ${button}`, () => (priority(rule.arn) === rule.off ? true : undefined));
    await bot.once(id, `the end of ${button}`, (i) => i.mitigations.at(-1)?.state === 'undone');
    expect((await bot.timeline(id)).filter((line) => line.includes(`${button} off again`))).toHaveLength(1);
  }
  expect(await visit('market-svc')).toBe(200);
  const switches = bot.cloud.writes.filter(({ operation }) => operation === 'SetRulePriorities');
  expect(switches).toHaveLength(4);
  await bot.resolve(id, { as: 'ana' });
});

const summaryHas = async (id: string, button: string): Promise<boolean> => {
  const { room, roomCard } = await bot.record(id);
  const card = bot.slack.messages(room?.id ?? '').find(({ ts }) => ts === roomCard?.ts);
  return JSON.stringify(card?.blocks).includes(`"text":"${button}"`);
};

test('a roll back button opens the form, and the rollback writes itself into the timeline', async () => {
  await bot.prove('production', 'api-gateway', 'v1.1.0');
  const id = await bot.declare('P1 api-gateway errors since the release', { as: 'ana' });
  await bot.tells(id, /Recent deployments[\s\S]*v1\.0\.0 → v1\.1\.0/);
  const answer = await bot.fills(
    id,
    'Roll back api-gateway to v1.0.0',
    { 'Type ROLLBACK to go on': 'ROLLBACK' },
    { as: 'carla' },
  );
  const rollback = /D-\d+/.exec(answer)?.[0] ?? '';
  expect(await bot.ended(rollback)).toBe('succeeded');
  expect(bot.versions(production)['api-gateway']).toBe('v1.0.0');
  expect(await bot.store.load(rollback)).toMatchObject({
    incident: id,
    reason: `${id}: errors since the release`,
  });
  const i = await bot.once(id, 'the end of the rollback', (one) =>
    one.timeline.some((e) => e.kind === 'deployment' && e.text.includes('succeeded')),
  );
  expect(i.deployments).toContain(rollback);
  const lines = await bot.timeline(id);
  expect(lines).toContainEqual(
    expect.stringMatching(new RegExp(`${rollback}: @carla rolls back api-gateway v1.0.0`)),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(new RegExp(`Rollback ${rollback} of api-gateway v1.0.0.*succeeded`)),
  );
  await bot.tells(id, new RegExp(`Rollback ${rollback}`));
  await bot.once(id, 'a look at it', (one) => one.findings !== null);
  // Probes had nothing against v1.1.0, so they cannot say that it is over.
  expect((await bot.record(id)).status).toBe('mitigating');
  await bot.resolve(id, { as: 'ana' });
});

test('a freeze button keeps deploys away, and the timeline says so', async () => {
  const id = await bot.declare('P1 api-gateway payments hang', { as: 'ana' });
  const offer = await bot.presses(id, 'Freeze deploys', { as: 'ben' });
  expect(offer).toMatch(new RegExp(`/ops freeze production ${id} payments hang`));
  await bot.slack.click({ text: 'Freeze production' }, { as: 'ben' });
  const froze = async (count: number) => {
    const i = await bot.once(
      id,
      'the freeze',
      (one) => one.timeline.filter((e) => e.text.startsWith('Froze')).length === count,
    );
    return i.timeline.findLast((e) => e.text.startsWith('Froze'));
  };
  expect(await froze(1)).toMatchObject({
    kind: 'note',
    by: { name: 'ben' },
    text: 'Froze production until somebody thaws it: deploys are refused, rollbacks go on',
  });
  await bot.types(`/ops freeze production until 30m ${id} payments hang`, { as: 'ben' });
  expect((await froze(2))?.text).toMatch(/^Froze production until 2026-01-05 \d\d:\d\d UTC: deploys/);
  await bot.types('/ops thaw production', { as: 'ben' });
  await bot.resolve(id, { as: 'ana' });
});

test('under database errors rolling back is warned of and has no button', async () => {
  await bot.prove('production', 'auth-svc', 'v1.1.0');
  const id = await bot.declare('P1 auth-svc orders cannot be stored', { as: 'ana' });
  await bot.tells(id, /Recent deployments/);
  expect((await bot.buttons(id)).filter((button) => button.startsWith('Roll back'))).not.toEqual([]);
  const { roomCard } = await bot.record(id);
  if (!roomCard) throw new Error('no summary');
  await bot.slack.choose(
    { label: 'Choose symptoms', option: ['Database errors', 'Errors (5xx)'] },
    { as: 'ana', message: roomCard },
  );
  await bot.until('the warning', async () =>
    /Do NOT roll back/.test(await bot.summary(id)) ? true : undefined,
  );
  expect(await bot.summary(id)).toMatch(/Database errors.*DO NOT rollback, investigate/);
  // Forbid beats roll back.
  expect(await bot.summary(id)).toMatch(/5xx errors > 1%.*Immediate rollback.*overruled/);
  expect(await summaryHas(id, 'Roll back all')).toBe(false);
  expect(await summaryHas(id, 'Roll back auth-svc')).toBe(false);
  await bot.resolve(id, { as: 'ana' });
});

test('who may not is told who may, and nothing happens', async () => {
  const id = await bot.declare('P1 api-gateway checkout fails', { as: 'ana' });
  await bot.slack.invite(['dave'], { as: 'ana', in: (await bot.record(id)).room?.name ?? '' });
  const before = forced('api-gateway').length;
  expect(await bot.presses(id, 'Restart api-gateway', { as: 'dave' })).toMatch(
    /You may not do that.*responders or deployers or admins/s,
  );
  expect((await bot.record(id)).mitigations).toEqual([]);
  expect(forced('api-gateway')).toHaveLength(before);
  await bot.resolve(id, { as: 'ana' });
});

test('what the catalog does not say has no button', async () => {
  const bare = await startIncidents({ sections: { mitigations: '' } });
  try {
    const id = await bare.declare('P1 api-gateway checkout is down', { as: 'ana' });
    await bare.tells(id, /Recent deployments/);
    const buttons = await bare.buttons(id);
    expect(buttons).toContain('Restart api-gateway');
    expect(buttons.filter((button) => /Scale|Rate|Maintenance/.test(button))).toEqual([]);
  } finally {
    await bare.stop();
  }
});
