/** Deployments and incidents together: what an open one keeps away, how a fix gets through, what an emergency holds. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { workerConnection } from '../../src/clients/redis.ts';
import { declareIncident } from '../../src/jobs/incident/declare.ts';
import { createQueues, type Queues } from '../../src/jobs/queues.ts';
import type { What } from '../../src/records/act.ts';
import type { Incident } from '../../src/records/incident.ts';
import { type Bot, startBot } from '../support/bot.ts';

const withIncidents = (text: string) => `${text
  .replace('deployments: "#deployments"', 'deployments: "#deployments", incidents: "#general"')
  .replace('after: staging', '')}
incidents:
  on_call: { otherwise: ["@devops-lead"] }
`;

let bot: Bot;
let queues: Queues;
let stop: () => Promise<void>;
beforeAll(async () => {
  bot = await startBot({ catalog: withIncidents });
  const redis = workerConnection(bot.redis.url, { onError: () => {} });
  queues = createQueues(redis, bot.redis.prefix);
  stop = async () => {
    await queues.close();
    redis.disconnect();
  };
});
afterAll(async () => {
  await stop?.();
  await bot?.stop();
});

const ana = { id: 'U0ANA00001', name: 'ana' };
const ben = { id: 'U0BEN00001', name: 'ben' };
let names = 0;

/** Opens one and waits until it keeps deployments away. */
async function open(kind: Incident['kind'], severity: Incident['severity'], title: string): Promise<string> {
  const { id } = await declareIncident(
    {
      kind,
      title,
      severity,
      environment: 'production',
      services: ['auth-svc'],
      drill: null,
      impact: null,
      source: { kind: 'person', id: null },
      declaredBy: ben,
      detectedAt: null,
      alerts: [],
      deployments: [],
      evidence: [],
    },
    `test-${++names}`,
    { who: ben, from: 'command' },
    { store: bot.store, queues, clock: bot.clock, catalog: {} },
  );
  await bot.until(`the block of ${id}`, async () =>
    (await bot.store.blocks()).some((b) => b.incident === id) ? true : undefined,
  );
  return id;
}
async function does(id: string, by: typeof ana, what: What): Promise<void> {
  const act = { at: bot.clock.now(), by, from: 'command' as const, channel: null, what };
  await bot.store.tellIncident(id, `act-${++names}`, act);
  await queues.wakeIncident(id);
}
const resolve = async (id: string) => {
  await does(id, ben, {
    kind: 'resolve',
    impact: 'none',
    resolution: 'healed',
    rootCause: null,
    followUps: [],
  });
  await bot.until(`the end of the block of ${id}`, async () =>
    (await bot.store.blocks()).some((b) => b.incident === id) ? undefined : true,
  );
};
const production = () => bot.versions('skillancer-prod');
const refusedFor = async (id: string, person: string) => {
  expect(await bot.ended(id)).toBe('refused');
  return bot.whispered(person, new RegExp(`${id} was not begun`));
};
const rollback = async (text: string) => {
  await bot.slack.command(`/rollback production ${text}`, { as: 'carla' });
  const already = bot.whispers('carla').length;
  await bot.fill({ Reason: 'logins fail', 'Type ROLLBACK to go on': 'ROLLBACK' }, { as: 'carla' });
  return /D-\d+/.exec(await bot.until('an answer', () => bot.whispers('carla')[already]))?.[0] ?? '';
};
const told = async (id: string) =>
  ((await bot.store.loadIncident(id))?.timeline ?? []).map(({ text }) => text).join('\n');

test('an open P1 keeps deploys away, but neither rollbacks nor the fix of its commander', async () => {
  const incident = await open('outage', 'P1', 'Nobody can log in');
  const deploy = await bot.ask('/deploy production auth-svc v1.1.0', { as: 'ana' });
  const why = await refusedFor(deploy, 'ana');
  expect(why).toMatch(
    new RegExp(`${incident} \\(P1: Nobody can log in\\) is open in production, declared by @ben`),
  );
  expect(why).toMatch(new RegExp(`Rollbacks go on.*--incident ${incident} --reason`));

  const elsewhere = await bot.ask('/deploy staging auth-svc v1.1.0', { as: 'ana' });
  expect(await bot.ended(elsewhere)).toBe('succeeded');

  const back = await rollback('market-svc v1.1.0');
  expect(await bot.ended(back)).toBe('succeeded');
  expect(production()['market-svc']).toBe('v1.1.0');

  const wanted = `/deploy production auth-svc v1.2.0 --incident ${incident}`;
  const { reply } = await bot.slack.command(wanted, { as: 'ana' });
  expect(reply?.text).toMatch(/A fix for an incident needs a reason/);
  const early = await bot.ask(`${wanted} --reason "it heals"`, { as: 'ana' });
  expect(await refusedFor(early, 'ana')).toMatch(/@ana is neither its commander nor an admin/);

  await does(incident, ana, { kind: 'claim', role: 'commander' });
  await bot.until('the commander', async () =>
    (await bot.store.loadIncident(incident))?.roles.commander ? true : undefined,
  );
  const fix = await bot.ask(`${wanted} --reason "it heals"`, { as: 'ana' });
  await bot.shows(fix, 'Waiting for approval');
  expect(bot.card(fix)).toMatch(new RegExp(`@ana, its commander, deploys a fix for ${incident}: it heals`));
  await bot.press(fix, 'Approve', { as: 'ben' });
  expect(await bot.ended(fix)).toBe('succeeded');
  expect(production()['auth-svc']).toBe('v1.2.0');
  expect(bot.story(fix)).toMatch(new RegExp(`Started\\*: as a fix for ${incident}: it heals`));
  await bot.until('the timeline', async () =>
    (await told(incident)).includes(`Deployment ${fix} of`) ? true : undefined,
  );
  expect(await told(incident)).toMatch(
    new RegExp(`${fix}: @ana deploys auth-svc v1.2.0 in production, as a fix for ${incident}: it heals`),
  );
  const audit = await bot.store.auditTail(300, fix);
  expect(audit.find(({ what }) => what === 'deploy.planned')?.detail).toMatch(/its commander, deploys a fix/);
  expect(audit.find(({ what }) => what === 'deploy.requested')?.detail).toMatch(`--incident ${incident}`);

  const over = await bot.slack.command(`/ops status`, { as: 'dave' });
  expect(over.reply).toBeDefined();
  await bot.whispered('dave', new RegExp(`🚨 \\*${incident}\\* P1, .*Nobody can log in`));
  await resolve(incident);
  const late = await bot.ask(`${wanted} --reason "once more"`, { as: 'ana' });
  expect(await refusedFor(late, 'ana')).toMatch(new RegExp(`${incident} is resolved already`));
});

test('database corruption holds a rollout in flight, refuses everything else, and lets it go on when it is cleared', async () => {
  const before = production()['api-gateway'];
  const id = await bot.ask('/deploy production api-gateway v1.2.0', { as: 'ana' });
  await bot.press(id, 'Approve', { as: 'ben' });
  await bot.shows(id, 'Rolling out');
  const incident = await open('database-corruption', 'P1', 'Orders lack lines');
  await bot.shows(id, /\*Halted\* since .*Orders lack lines/);
  const halted = new RegExp(`Halted\\* before its next step: ${incident} \\(database corruption: Orders`);
  await bot.until('the halt in the thread', () => (halted.test(bot.story(id)) ? true : undefined));

  const other = await bot.ask('/deploy staging market-svc v1.2.0', { as: 'ana' });
  expect(await refusedFor(other, 'ana')).toMatch(/halts all deployments by @ben since/);
  const back = await rollback('auth-svc v1.1.0');
  expect(await refusedFor(back, 'carla')).toMatch(
    /Nothing is deployed or rolled back until INC-\d+ is cleared/,
  );
  await bot.slack.command('/ops status', { as: 'dave' });
  await bot.whispered('dave', new RegExp(`🛑 \\*All deployments are halted\\* by ${incident}`));

  await does(incident, ben, { kind: 'clear-halt' });
  await bot.until('the story to go on', () => (/Going on/.test(bot.story(id)) ? true : undefined));
  await resolve(incident);
  expect(await bot.ended(id)).toBe('succeeded');
  expect([before, production()['api-gateway']]).toEqual(['v1.0.0', 'v1.2.0']);
});

test('a failed deployment of production opens an incident, in which its story stands', async () => {
  bot.cloud.break.version('auth-svc', 'v1.1.0', 'unhealthy');
  const id = await bot.ask('/deploy production auth-svc v1.1.0', { as: 'ana' });
  await bot.press(id, 'Approve', { as: 'ben' });
  expect(await bot.ended(id)).toBe('rolled-back');
  const incident = await bot.until('an incident', async () =>
    (await bot.store.openIncidents()).find(
      ({ deployments, kind }) => kind === 'outage' && deployments.includes(id),
    ),
  );
  expect(incident).toMatchObject({ severity: 'P2', services: ['auth-svc'], environment: 'production' });
  expect(await told(incident.id)).toMatch(/auth-svc: live: answered 503.*was rolled back/s);
});
