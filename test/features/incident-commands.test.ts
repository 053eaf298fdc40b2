/** What people type, click, fill in and pin about incidents: what is stored of it, and what they are answered. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { KnownBlock } from '@slack/types';
import { WebClient } from '@slack/web-api';
import { loadCatalog } from '../../src/config/load-catalog.ts';
import { draftIncident } from '../../src/jobs/incident/declare.ts';
import type { Act, ActKind } from '../../src/records/act.ts';
import type { Effect } from '../../src/records/effect.ts';
import type { Incident } from '../../src/records/incident.ts';
import { recommend } from '../../src/records/recommend.ts';
import { actions } from '../../src/templates/blocks.ts';
import { incidentCard } from '../../src/templates/incident/card.ts';
import { incidentPost } from '../../src/templates/incident/posts.ts';
import { roomCard } from '../../src/templates/incident/room-card.ts';
import type { IncidentView } from '../../src/templates/incident/view.ts';
import { incidentActions } from '../../src/templates/incident-actions.ts';
import { type Bot, startBot } from '../support/bot.ts';
import { catalogText } from '../support/world.ts';

const withIncidents = (text: string) => `${text
  .replace('deployments: "#deployments"', 'deployments: "#deployments", incidents: "#general"')
  .replace('responders: ["@engineering"]', 'responders: ["@engineering"]\n  communicators: ["@devops-lead"]')}
incidents:
  on_call: { otherwise: ["@devops-lead"] }
  status_page: { statuspage: pg1, components: { api-gateway: cmp1 } }
`;

let bot: Bot;
beforeAll(async () => {
  // Nobody works on what is stored, so that it can be looked at.
  bot = await startBot({ catalog: withIncidents, env: { PILOTHOUSE_ROLE: 'web' } });
});
afterEach(async () => {
  expect(bot.refusals()).toEqual([]);
});
afterAll(() => bot.stop());

const ana = { id: 'U0ANA00001', name: 'ana' };
let number = 0;

/** An open incident as the worker would have made it, with its card in #general. */
async function incident(changes: Partial<Incident> = {}): Promise<string> {
  const draft = draftIncident(
    {
      kind: 'outage',
      title: 'Checkout is down',
      severity: 'P1',
      environment: 'production',
      services: ['api-gateway'],
      drill: null,
      impact: 'Nobody can pay',
      source: { kind: 'person', id: null },
      declaredBy: ana,
      detectedAt: null,
      alerts: [],
      deployments: [],
      evidence: [],
    },
    bot.clock.now(),
  );
  const audit = {
    at: bot.clock.now(),
    who: ana,
    what: 'incident.declared',
    deployment: null,
    environment: 'production',
    detail: null,
    from: 'command' as const,
  };
  const { id } = await bot.store.createIncident({ ...draft, ...changes }, `test-${++number}`, audit, null);
  return id;
}

/** Later changes of the record, as the worker makes them. */
async function becomes(id: string, changes: Partial<Incident>): Promise<void> {
  const i = await bot.store.loadIncident(id);
  if (!i) throw new Error(`there is no ${id}`);
  await bot.store.saveIncident({ ...i, ...changes }, { audit: [], blocks: null, settled: false });
}

async function over(id: string): Promise<void> {
  await becomes(id, { status: 'resolved', resolvedAt: bot.clock.now(), resolvedBy: ana });
}

const acts = async (id: string): Promise<Act['what'][]> =>
  (await bot.store.inbox(id)).map(({ what }) => what);
const lastAct = async <K extends ActKind>(id: string, kind: K): Promise<Act> => {
  const found = (await bot.store.inbox(id)).findLast(({ what }) => what.kind === kind);
  if (!found) throw new Error(`${id} was told no ${kind}`);
  return found;
};

async function type(text: string, as = 'ana', place = 'deployments'): Promise<string> {
  const { reply, error } = await bot.slack.command(text, { as, in: place });
  return `${error ?? ''}${reply?.text} ${JSON.stringify(reply?.blocks)}`;
}
const idIn = (text: string): string => {
  const id = /INC-\d+/.exec(text)?.[0];
  if (!id) throw new Error(`no incident in ${text}`);
  return id;
};
/** No incident is left open by an earlier test. */
const closeAll = async () => {
  for (const { id } of await bot.store.openIncidents()) await over(id);
};

describe('declaring', () => {
  test('in one line stores all that was said, and says where it appears', async () => {
    const answer = await type('/incident P1 api-gateway checkout is down', 'dave');
    expect(answer).toMatch(/INC-\d+ is declared.*P1 in production: checkout is down/);
    expect(answer).toMatch(/#general, and you are invited to its war room/);
    expect(await bot.store.loadIncident(idIn(answer))).toMatchObject({
      title: 'checkout is down',
      impact: 'checkout is down',
      severity: 'P1',
      environment: 'production',
      services: ['api-gateway'],
      kind: 'outage',
      isPrivate: false,
      declaredBy: { id: 'U0DAVE0001', name: 'dave' },
    });
  });

  test('a security incident is private, and nothing says where', async () => {
    const answer = await type('/incident P1 --kind security keys were leaked');
    expect(answer).toMatch(/It is private/);
    expect(answer).not.toMatch(/#general/);
    const id = idIn(answer);
    expect(await bot.store.loadIncident(id)).toMatchObject({ kind: 'security', isPrivate: true });
    expect(await type(`/incident timeline ${id}`, 'dave')).toMatch(/is private/);
    expect(await type(`/incident ack ${id}`, 'dave')).toMatch(/is private/);
    expect(await type('/incident list', 'dave')).not.toContain(id);
    expect(await type('/incident list', 'ben')).toContain(id);
  });

  test('without a severity the form opens with the rest filled in, and declares when it is sent', async () => {
    await bot.slack.command('/incident staging auth-svc logins fail', { as: 'ana' });
    const { modal, errors } = await bot.fill(
      { Severity: 'P2', Impact: 'Nobody can log in\nat all' },
      { as: 'ana' },
    );
    expect({ modal, errors }).toEqual({ modal: 'closed', errors: undefined });
    const answer = await bot.whispered('ana', /INC-\d+ is declared.*P2 in staging: logins fail/);
    expect(await bot.store.loadIncident(idIn(answer))).toMatchObject({
      title: 'logins fail',
      impact: 'Nobody can log in\nat all',
      services: ['auth-svc'],
      environment: 'staging',
    });
  });

  test('the global shortcut opens an empty form', async () => {
    await bot.slack.shortcut('declare-incident', { as: 'carla' });
    const form = await bot.form('carla');
    expect(JSON.stringify(form.state.values)).toContain('production');
    await bot.slack.closeModal({ as: 'carla' });
  });

  test('a message becomes its evidence, with its address', async () => {
    const { message } = await bot.slack.post('auth-svc answers 503 & worse', {
      as: 'ben',
      in: 'deployments',
    });
    await bot.slack.shortcut('declare-incident-from-message', { as: 'ana', message });
    await bot.form('ana');
    await bot.fill({ Severity: 'P3' }, { as: 'ana' });
    const answer = await bot.whispered('ana', 'answers 503');
    const i = await bot.store.loadIncident(idIn(answer));
    expect(i).toMatchObject({ title: 'auth-svc answers 503 & worse', services: ['auth-svc'] });
    expect(i?.timeline).toMatchObject([
      {
        text: 'auth-svc answers 503 & worse',
        message: `${message.channel}:${message.ts}`,
        links: [expect.stringMatching(/slack\.com\/archives\/\w+\/p\d+$/)],
      },
    ]);
    expect(i?.detectedAt).toBeLessThanOrEqual(i?.declaredAt ?? 0);
  });

  test('a drill is marked as one', async () => {
    const answer = await type('/incident drill overload', 'dave');
    expect(answer).toMatch(/Drill INC-\d+ begins.*Nothing outside Slack is touched/);
    expect(await bot.store.loadIncident(idIn(answer))).toMatchObject({ drill: 'overload', severity: 'P2' });
  });

  test('a mistyped service is answered with the nearest one', async () => {
    expect(await type('/incident P1 api-gatway checkout is down')).toMatch(/Use api-gateway/);
  });

  test('help shows every verb', async () => {
    expect(await type('/incident help')).toMatch(/hand-over.*follow-up.*drill/);
    expect(await type('/incident help severity')).toMatch(/severity P2 reason/);
  });
});

describe('verbs', () => {
  test('an act is stored once with who, when and where; the answer names the incident', async () => {
    const id = await incident();
    const answer = await type(`/incident ack ${id}`, 'dave');
    expect(answer).toMatch(new RegExp(`You acknowledged it.*${id}`));
    const act = await lastAct(id, 'acknowledge');
    expect(act).toMatchObject({
      by: { id: 'U0DAVE0001', name: 'dave' },
      from: 'command',
      what: { via: 'slack' },
    });
    expect(await type(`/incident ack ${id}`, 'ben')).toMatch(/@dave acknowledged INC-\d+ already/);
    expect((await acts(id)).filter(({ kind }) => kind === 'acknowledge')).toHaveLength(1);
  });

  test('retry tries everything again that failed, says which, and says so where nothing did', async () => {
    const id = await incident();
    expect(await type(`/incident ${id} retry`)).toMatch(/Nothing of INC-\d+ failed/);
    const failed = (key: string, what: Effect['what'], state: Effect['state'] = 'failed'): Effect => ({
      key,
      what,
      state,
      after: null,
      tries: 1,
      notBefore: 0,
      since: 0,
      trouble: 'not found',
      link: null,
    });
    const effects = [
      failed('room', { kind: 'room' }),
      failed('page-0', { kind: 'page', level: 0, why: 'x' }),
      failed('card', { kind: 'card' }, 'due'),
    ];
    await becomes(id, { effects });
    expect(await type(`/incident ${id} retry`, 'dave')).toMatch(/You may not do that/);
    expect(await type(`/incident ${id} retry`)).toMatch(/Tried again: War room and Page to on-call\./);
    expect(await acts(id)).toEqual([
      { kind: 'retry', effect: 'room' },
      { kind: 'retry', effect: 'page-0' },
    ]);
  });

  test('a drill publishes nothing', async () => {
    const id = await incident({ drill: 'overload' });
    expect(await type(`/incident publish ${id}`, 'ben')).toMatch(/A drill publishes nothing/);
    expect(await acts(id)).toEqual([]);
  });

  test('merge takes only what belongs together, and who may not see the other one is told nothing of it', async () => {
    const [open, done, drill, hidden] = [
      await incident(),
      await incident(),
      await incident({ drill: 'overload' }),
      await incident({ isPrivate: true, title: 'Keys were leaked', declaredBy: null }),
    ];
    await over(done);
    const merge = (from: string, into: string, as = 'ben') =>
      type(`/incident merge ${from} into ${into}`, as);
    expect(await merge(open, open)).toMatch(/no duplicate of itself/);
    expect(await merge(open, done)).toMatch(new RegExp(`${done} is resolved.*Reopen ${done}`));
    expect(await merge(open, drill)).toMatch(new RegExp(`${drill} is a drill, and ${open} is not`));
    expect(await merge(drill, open)).toMatch(new RegExp(`${drill} is a drill, and ${open} is not`));
    expect(await merge(open, hidden)).toMatch(new RegExp(`${hidden} is private, and ${open} is not`));
    expect(await merge(hidden, open)).toMatch(new RegExp(`${hidden} is private, and ${open} is not`));
    expect(await merge(open, hidden)).not.toContain('leaked');
    expect(await merge(open, 'INC-77777')).toMatch(/There is no incident INC-77777/);
    for (const id of [open, drill, hidden]) expect(await acts(id)).toEqual([]);
  });

  test('each verb stores what it says', async () => {
    const id = await incident({ title: 'Verbs' });
    const told = async (text: string) => {
      const answer = await type(`/incident ${id} ${text}`, 'ben');
      expect(answer).toMatch(/👍/);
      return (await acts(id)).at(-1);
    };
    expect(await told('join')).toEqual({ kind: 'join' });
    expect(await told('claim commander')).toEqual({ kind: 'claim', role: 'commander' });
    expect(await told('status identified')).toEqual({ kind: 'status', to: 'identified' });
    expect(await told('severity P2 only search')).toEqual({
      kind: 'severity',
      to: 'P2',
      reason: 'only search',
    });
    expect(await told('note 3 of 4 tasks run')).toMatchObject({
      kind: 'note',
      text: '3 of 4 tasks run',
      message: null,
    });
    expect(await told('eta 15 minutes')).toEqual({ kind: 'facts', eta: '15 minutes' });
    expect(await told('services api-gateway,auth-svc')).toEqual({
      kind: 'facts',
      services: ['auth-svc', 'api-gateway'],
    });
    expect(await told('update restoring the backup')).toEqual({
      kind: 'update',
      public: true,
      n: 1,
      status: 'identified',
      action: 'restoring the backup',
      eta: '15 minutes',
    });
    expect(await told('skip')).toEqual({ kind: 'skip-update', n: 2 });
    expect(await told('assess')).toEqual({ kind: 'assess' });
    expect(await told('link https://grafana.example.com/d/1 dashboard')).toEqual({
      kind: 'link',
      link: 'https://grafana.example.com/d/1',
      title: 'dashboard',
    });
    expect(await told('follow-up by 2026-12-24 add an alarm')).toMatchObject({
      kind: 'follow-up',
      text: 'add an alarm',
      owner: null,
    });
    expect(await told('done 1')).toEqual({ kind: 'follow-up-done', n: 1 });
    const other = await incident({ title: 'The other one' });
    expect(await told(`merge ${other}`)).toEqual({ kind: 'merge', into: other });
    expect(await type(`/incident note ${id} later`, 'ben')).toMatch(/👍/);
    expect(await type(`/incident assess ${id}`, 'ben')).toMatch(new RegExp(`merged into ${other}`));
  });

  test('the war room, and the only open incident, go without saying', async () => {
    await closeAll();
    const first = await incident({ room: { id: 'C0WARROOM1', name: 'inc-1' } });
    await becomes(first, {});
    const only = await type('/incident join', 'dave');
    expect(only).toMatch(/the only open one/);
    const second = await incident({ title: 'Another' });
    expect(await type('/incident claim scribe', 'ben')).toMatch(
      new RegExp(`Several incidents are open.*${first}.*${second}`),
    );
    const general = bot.slack.channels().find(({ name }) => name === 'general');
    await becomes(second, { room: { id: general?.id ?? '', name: 'general' } });
    expect(await type('/incident claim scribe', 'ben', 'general')).toMatch(/this is its war room/);
    expect((await lastAct(second, 'claim')).what).toEqual({ kind: 'claim', role: 'scribe' });
    await becomes(second, { room: null });
    await closeAll();
    expect(await type('/incident ack')).toMatch(/No incident is open/);
  });

  test('who may not is told who may; who is unknown is asked for', async () => {
    const id = await incident();
    expect(await type(`/incident status ${id} identified`, 'dave')).toMatch(
      /You may not do that.*responders or admins/,
    );
    expect(await acts(id)).toEqual([]);
  });

  test('what there is not, and what is over', async () => {
    expect(await type('/incident ack INC-99999')).toMatch(/There is no incident INC-99999/);
    const id = await incident();
    await over(id);
    expect(await type(`/incident status ${id} identified`)).toMatch(
      new RegExp(`${id} is resolved.*Reopen ${id}`),
    );
    expect(await type(`/incident note ${id} for the post-mortem`)).toMatch(/👍/);
    expect(await type(`/incident reopen ${id} it is back`)).toMatch(/open again/);
  });

  test('an @name is chosen in a form, which a worker finishes', async () => {
    const id = await incident();
    await bot.slack.command(`/incident hand-over ${id} commander @ben the backup runs`, { as: 'ana' });
    const form = await bot.form('ana');
    expect(JSON.stringify(form.blocks)).toContain('Commands cannot look up @ben');
    await bot.fill({ To: 'ben' }, { as: 'ana' });
    await bot.whispered('ana', /asking Slack first/);
    expect(await acts(id)).toEqual([]);
  });
});

describe('forms', () => {
  test('resolve stores impact, resolution and follow-ups', async () => {
    const id = await incident();
    await bot.slack.command(`/incident resolve ${id}`, { as: 'ana' });
    await bot.fill(
      {
        Resolution: 'Rolled back',
        'Root cause': 'A bad query',
        'Follow-up 1': 'Add an index',
        'Due 1': '2026-03-01',
      },
      { as: 'ana' },
    );
    await bot.whispered('ana', /It is \*resolved\*/);
    expect((await lastAct(id, 'resolve')).what).toMatchObject({
      impact: 'Nobody can pay',
      resolution: 'Rolled back',
      rootCause: 'A bad query',
      followUps: [{ text: 'Add an index', owner: null, due: Date.UTC(2026, 2, 1, 23, 59, 59, 999) }],
    });
  });

  test('a day that has gone by is refused beside it', async () => {
    const id = await incident();
    await bot.slack.command(`/incident resolve ${id}`, { as: 'ana' });
    const { errors } = await bot.fill(
      { Resolution: 'Rolled back', 'Follow-up 2': 'Add an index', 'Due 2': '2020-03-01' },
      { as: 'ana' },
    );
    expect(errors).toEqual({ 'due-2': expect.stringMatching(/has gone by/) });
    await bot.slack.closeModal({ as: 'ana' });
  });

  test('facts tells only what differs', async () => {
    const id = await incident();
    await bot.slack.command(`/incident impact ${id}`, { as: 'ana' });
    const { errors } = await bot.fill({}, { as: 'ana' });
    expect(errors).toEqual({ title: expect.stringMatching(/Nothing differs/) });
    await bot.fill({ ETA: 'one hour' }, { as: 'ana' });
    await bot.whispered('ana', 'the next update will say it');
    expect((await lastAct(id, 'facts')).what).toEqual({ kind: 'facts', eta: 'one hour' });
  });

  test('the status page takes a right of its own', async () => {
    const id = await incident();
    expect(await type(`/incident publish ${id}`, 'ana')).toMatch(/You may not do that.*communicators/);
    await bot.slack.command(`/incident publish ${id}`, { as: 'ben' });
    await bot.fill({ Text: 'We look into it.', 'api-gateway': 'major_outage' }, { as: 'ben' });
    await bot.whispered('ben', 'goes to the status page');
    expect((await lastAct(id, 'publish')).what).toEqual({
      kind: 'publish',
      status: 'investigating',
      body: 'We look into it.',
      components: { cmp1: 'major_outage' },
    });
  });

  test('an update of which somebody was first is refused in the form', async () => {
    const id = await incident();
    await bot.slack.command(`/incident update ${id}`, { as: 'ana' });
    await bot.form('ana');
    expect(await type(`/incident update ${id} we are at it`, 'ben')).toMatch(/Update 1 is being posted/);
    const { errors } = await bot.fill({ ETA: 'soon' }, { as: 'ana' });
    expect(Object.values(errors ?? {})).toEqual([
      expect.stringMatching(/Update 1 .* already posted by @ben/),
    ]);
    await bot.slack.closeModal({ as: 'ana' });
  });
});

/** The message as the worker posts it. */
async function shown(message: { text: string; blocks: KnownBlock[] }, channel = 'deployments') {
  const client = new WebClient(bot.secrets.botToken, { slackApiUrl: bot.slack.apiUrl });
  const { id } = bot.slack.channels().find(({ name }) => name === channel) ?? { id: '' };
  const { ts = '' } = await client.chat.postMessage({ channel: id, ...message });
  return { channel: id, ts };
}

async function viewOf(i: Incident): Promise<IncidentView> {
  const { incidents: rules } = loadCatalog(withIncidents(catalogText(bot.cloud)), 'test.yml');
  if (!rules) throw new Error('no rules');
  const recommendation = recommend(i, rules.matrix);
  return { rules, now: bot.clock.now(), recommendation, recent: [], statusPage: true, onCall: null };
}

async function record(id: string): Promise<Incident> {
  const i = await bot.store.loadIncident(id);
  if (!i) throw new Error(`there is no ${id}`);
  return i;
}

describe('buttons', () => {
  const press = async (text: string, as: string, message: { channel: string; ts: string }) => {
    const before = bot.whispers(as).length;
    await bot.slack.click({ text }, { as, message });
    return bot.until(`an answer to ${as}`, () => bot.whispers(as)[before]);
  };

  test('of a card: the first acknowledgement counts, whoever comes second hears of it', async () => {
    const id = await incident();
    const i = await record(id);
    const card = await shown(incidentCard(i, await viewOf(i)));
    expect(await press('Acknowledge', 'dave', card)).toMatch(/You acknowledged it/);
    expect(await press('Acknowledge', 'dave', card)).toMatch(/You acknowledged INC-\d+ already/);
    expect(await press('Acknowledge', 'ana', card)).toMatch(/@dave acknowledged INC-\d+ already/);
    expect(await lastAct(id, 'acknowledge')).toMatchObject({ from: 'button', by: { name: 'dave' } });
    expect((await acts(id)).length).toBe(1);
    await bot.slack.click({ text: 'Resolve' }, { as: 'ana', message: card });
    await bot.fill({ Resolution: 'It was the disk' }, { as: 'ana' });
    await bot.whispered('ana', /It is \*resolved\*/);
    expect(await press('Join', 'carla', card)).toMatch(/is resolved.*Reopen/);
  });

  test('of a draft: post, edit and skip, first come', async () => {
    const id = await incident();
    const i = await record(id);
    const post = { kind: 'draft', n: 1, dueAt: bot.clock.now() + 180_000 } as const;
    const draft = await shown(incidentPost(i, post, await viewOf(i)));
    expect(await press('Post', 'dave', draft)).toMatch(/You may not do that/);
    await bot.slack.click({ text: 'Edit' }, { as: 'ana', message: draft });
    expect(JSON.stringify((await bot.form('ana')).state.values)).toContain('investigating');
    await bot.fill({ Action: 'Restoring', ETA: '10 minutes' }, { as: 'ana' });
    await bot.whispered('ana', /Update 1 is being posted/);
    expect(await press('Skip', 'ben', draft)).toMatch(/Update 1 of INC-\d+ was already posted by @ana/);
    expect(await press('Post', 'ana', draft)).toMatch(/already posted by you/);
    expect(await press('Edit', 'ben', draft)).toMatch(/already posted by @ana/);
    expect(await acts(id)).toEqual([
      {
        kind: 'update',
        n: 1,
        status: 'investigating',
        action: 'Restoring',
        eta: '10 minutes',
        public: false,
      },
    ]);
  });

  test('of a draft: what is posted is what was shown, whatever became known since', async () => {
    const id = await incident({ action: 'Restoring “the” <database>', eta: '10 minutes' });
    const i = await record(id);
    const post = { kind: 'draft', n: 1, dueAt: bot.clock.now() + 180_000 } as const;
    const draft = await shown(incidentPost(i, post, await viewOf(i)));
    await becomes(id, { action: 'Buying new disks', eta: 'tomorrow', status: 'identified' });
    expect(await press('Post', 'ana', draft)).toMatch(/Update 1 is being posted/);
    expect(await acts(id)).toEqual([
      {
        kind: 'update',
        n: 1,
        status: 'investigating',
        action: expect.stringContaining('Restoring “the” <database>'),
        eta: '10 minutes',
        public: false,
      },
    ]);
  });

  test('of a draft that does not fit into its button: the form opens, filled in', async () => {
    // What JSON escapes takes two characters of a button's 2,000.
    const id = await incident({
      action: '"\\'.repeat(300),
      eta: '"'.repeat(500),
      rootCause: '"'.repeat(400),
    });
    const i = await record(id);
    const post = { kind: 'draft', n: 1, dueAt: bot.clock.now() + 180_000 } as const;
    const draft = await shown(incidentPost(i, post, await viewOf(i)));
    await bot.slack.click({ text: 'Post' }, { as: 'ana', message: draft });
    expect((await bot.form('ana')).callback_id).toBe('incident-update-form');
    await bot.slack.closeModal({ as: 'ana' });
    expect(await acts(id)).toEqual([]);
  });

  test('of the war room: roles, rows, symptoms, mitigations', async () => {
    const id = await incident();
    const i = await record(id);
    const room = await shown(roomCard(i, await viewOf(i)));
    await bot.slack.choose(
      { actionId: 'incident-symptoms', option: ['error-rate', 'slow'] },
      { as: 'ana', message: room },
    );
    await bot.whispered('ana', /recommendation follows/);
    expect((await lastAct(id, 'symptoms')).what).toEqual({
      kind: 'symptoms',
      chosen: ['error-rate', 'slow'],
    });
    await bot.slack.click({ actionId: 'incident-check/verified' }, { as: 'ana', message: room });
    await bot.whispered('ana', /Ticked/);
    expect((await lastAct(id, 'check')).what).toEqual({ kind: 'check', row: 'verified', done: true });
    await bot.slack.click({ text: 'Restart api-gateway' }, { as: 'ana', message: room });
    await bot.whispered('ana', /It is under way/);
    expect((await lastAct(id, 'mitigate')).what).toEqual({
      kind: 'mitigate',
      action: 'restart',
      services: ['api-gateway'],
      desired: {},
    });
    await bot.slack.click({ text: 'Roll back api-gateway' }, { as: 'ana', message: room });
    const form = await bot.form('ana');
    expect(form.callback_id).toBe('rollback-form');
    expect(JSON.stringify(form.state.values)).toMatch(new RegExp(`api-gateway.*${id}: Checkout is down`));
    await bot.fill({ Services: ['auth-svc'], 'Type ROLLBACK to go on': 'ROLLBACK' }, { as: 'ana' });
    const asked = /D-\d+/.exec(await bot.whispered('ana', /D-\d+/))?.[0] ?? '';
    expect(await bot.store.load(asked)).toMatchObject({
      kind: 'rollback',
      wanted: { services: ['auth-svc'] },
      incident: id,
      reason: `${id}: Checkout is down`,
    });
    const freeze = await press('Freeze deploys', 'ana', room);
    expect(freeze).toContain(`/ops freeze production ${id} Checkout is down`);
  });

  test('of a private incident: neither a rollback nor a freeze tells its title', async () => {
    const id = await incident({ kind: 'security', isPrivate: true, title: 'Keys were leaked' });
    const i = await record(id);
    const room = await shown(roomCard(i, await viewOf(i)));
    await bot.slack.click({ text: 'Roll back api-gateway' }, { as: 'ana', message: room });
    const form = JSON.stringify((await bot.form('ana')).state.values);
    expect(form).toContain(`"${id}"`);
    expect(form).not.toContain('leaked');
    await bot.slack.closeModal({ as: 'ana' });
    const freeze = await press('Freeze deploys', 'ana', room);
    expect(freeze).toContain(`/ops freeze production ${id}`);
    expect(freeze).not.toContain('leaked');
  });

  test('a rollback is typed for an incident that there is', async () => {
    const id = await incident();
    expect(await type('/rollback staging auth-svc it is slow --incident 77777')).toMatch(
      /There is no incident INC-77777/,
    );
    const asked = /D-\d+/.exec(await type(`/rollback staging auth-svc it is slow --incident ${id}`))?.[0];
    expect(await bot.store.load(asked ?? '')).toMatchObject({ incident: id, reason: 'it is slow' });
  });

  test('in a drill a rollback is only played', async () => {
    const id = await incident({ drill: 'bad-release' });
    const i = await record(id);
    const room = await shown(roomCard(i, await viewOf(i)));
    await bot.slack.click({ text: 'Roll back api-gateway' }, { as: 'ana', message: room });
    await bot.whispered('ana', /It is under way/);
    expect((await lastAct(id, 'mitigate')).what).toMatchObject({ action: 'roll-back' });
  });

  test('that nobody drew lead nowhere', async () => {
    const blocks = actions('x', [
      { label: 'Odd', action: `${incidentActions.claim}/x`, value: '{"incident":"INC-1","arg":"king"}' },
      { label: 'Odder', action: incidentActions.undo, value: 'nonsense' },
      { label: 'Gone', action: incidentActions.join, value: '{"incident":"INC-88888","arg":null}' },
    ]);
    const message = await shown({ text: 'x', blocks });
    expect(await press('Odd', 'ben', message)).toMatch(/leads nowhere any more/);
    expect(await press('Odder', 'ben', message)).toMatch(/leads nowhere any more/);
    expect(await press('Gone', 'ben', message)).toMatch(/There is no incident INC-88888/);
  });
});

describe('a worker', () => {
  let full: Bot;
  beforeAll(async () => {
    full = await startBot({ catalog: withIncidents });
  });
  afterAll(() => full.stop());
  const until = async (what: string, look: () => Promise<boolean>) =>
    full.until(what, async () => ((await look()) ? true : undefined));
  const notes = async (id: string) =>
    (await full.store.inbox(id)).map(({ what }) => what).filter(({ kind }) => kind.startsWith('note'));

  test('follows messages that are pinned in the thread under a card, edited, and taken back', async () => {
    const { reply } = await full.slack.command('/incident P3 auth-svc logins fail', { as: 'ana' });
    const id = idIn(reply?.text ?? '');
    const card = await full.until(
      'the card',
      async () => (await full.store.loadIncident(id))?.card ?? undefined,
    );
    const { message } = await full.slack.post('errors since <12:05> & rising', {
      as: 'ben',
      in: 'general',
      thread: card.ts,
    });
    await full.slack.react('pushpin', { as: 'carla', message });
    await until('the note', async () => (await notes(id)).length === 1);
    expect(await notes(id)).toEqual([
      {
        kind: 'note',
        text: '@ben: errors since <12:05> & rising',
        message: `${message.channel}:${message.ts}`,
        links: [expect.stringMatching(/archives/)],
        said: Math.floor(Number(message.ts) * 1000),
      },
    ]);
    const pinned = (await full.store.inbox(id)).find(({ what }) => what.kind === 'note');
    expect(pinned).toMatchObject({ by: { id: 'U0CARLA001', name: 'carla' }, from: 'reaction' });
    await full.slack.react('eyes', { as: 'carla', message });
    const stranger = await full.slack.post('about something else', { as: 'ben', in: 'deployments' });
    await full.slack.react('pushpin', { as: 'carla', message: stranger.message });
    expect(await notes(id)).toHaveLength(1);
    await full.slack.edit('errors since 12:04', { as: 'ben', message });
    await until('the edit', async () => (await notes(id)).length === 2);
    expect((await notes(id)).at(-1)).toMatchObject({ kind: 'note-edited', text: '@ben: errors since 12:04' });
    await full.slack.react('round_pushpin', { as: 'ana', message });
    await until('the second pin', async () => (await notes(id)).length === 3);
    await full.slack.unreact('pushpin', { as: 'carla', message });
    await until('a look', async () => (await notes(id)).length === 4);
    expect((await notes(id)).at(-1)).toMatchObject({ kind: 'note' });
    await full.slack.unreact('round_pushpin', { as: 'ana', message });
    await until('the removal', async () => (await notes(id)).length === 5);
    expect((await notes(id)).at(-1)).toEqual({
      kind: 'note-removed',
      message: `${message.channel}:${message.ts}`,
    });
    await full.slack.react('pushpin', { as: 'carla', message });
    await until('the note again', async () => (await notes(id)).length === 6);
    await full.slack.remove({ as: 'ben', message });
    await until('the deletion', async () => (await notes(id)).length === 7);
    expect((await notes(id)).at(-1)).toMatchObject({ kind: 'note-removed' });
    const line = await full.until('the line', async () =>
      (await full.store.loadIncident(id))?.timeline.find((e) => e.message !== null && e.state === 'removed'),
    );
    expect(line.kind).toBe('note');
  });

  test('does not note what the bot itself wrote', async () => {
    const { reply } = await full.slack.command('/incident P3 auth-svc own words', { as: 'ana' });
    const id = idIn(reply?.text ?? '');
    const card = await full.until(
      'the card',
      async () => (await full.store.loadIncident(id))?.card ?? undefined,
    );
    await full.slack.react('pushpin', { as: 'carla', message: card });
    const { message } = await full.slack.post('mine', { as: 'ben', in: 'general', thread: card.ts });
    await full.slack.react('pushpin', { as: 'carla', message });
    await until('the note', async () => (await notes(id)).length > 0);
    expect(await notes(id)).toMatchObject([{ text: '@ben: mine' }]);
  });

  test('adds a message by shortcut, from a channel without an incident by choice', async () => {
    const { reply } = await full.slack.command('/incident P3 auth-svc logins fail again', { as: 'ana' });
    const id = idIn(reply?.text ?? '');
    const { message } = await full.slack.post('it began with the import', { as: 'ben', in: 'deployments' });
    await full.slack.shortcut('add-to-timeline', { as: 'ana', message });
    await full.form('ana');
    await full.fill({ Incident: id }, { as: 'ana' });
    await full.whispered('ana', /becomes a line of the timeline/);
    await until('the note', async () => (await notes(id)).length === 1);
    expect(await notes(id)).toMatchObject([{ text: '@ben: it began with the import' }]);
  });

  test('looks up whom a menu names', async () => {
    const { reply } = await full.slack.command('/incident P3 auth-svc a third time', { as: 'ana' });
    const id = idIn(reply?.text ?? '');
    await full.slack.command(`/incident hand-over ${id} commander @ben the backup runs`, { as: 'ana' });
    await full.fill({ To: 'ben' }, { as: 'ana' });
    await full.whispered('ana', /@ben is \*Commander\* now/);
    const act = (await full.store.inbox(id)).find(({ what }) => what.kind === 'hand-over');
    expect(act?.what).toEqual({
      kind: 'hand-over',
      role: 'commander',
      to: { id: 'U0BEN00001', name: 'ben' },
      note: 'the backup runs',
    });
  });
});

describe('while Slack has not told yet who may', () => {
  test('the worker asks, and does what was asked', async () => {
    const cold = await startBot({
      catalog: withIncidents,
      before: ({ slack }) => slack.fail.forgetGroups(),
    });
    try {
      const { reply } = await cold.slack.command('/incident P3 auth-svc logins fail', { as: 'ana' });
      const id = idIn(reply?.text ?? '');
      const asked = await cold.slack.command(`/incident status ${id} identified`, { as: 'ana' });
      expect(asked.reply?.text).toMatch(/asking Slack first/);
      await cold.whispered('ana', /Slack does not tell who may do that/);
      cold.slack.fail.forgetGroups(false);
      await cold.slack.command(`/incident status ${id} identified`, { as: 'ana' });
      await cold.whispered('ana', /Its status is \*Identified\* now/);
      expect((await cold.store.inbox(id)).filter(({ what }) => what.kind === 'status')).toMatchObject([
        { by: ana, from: 'command', what: { to: 'identified' } },
      ]);
    } finally {
      await cold.stop();
    }
  });
});

describe('where the catalog says nothing about incidents', () => {
  test('it is said what to put there', async () => {
    const plain = await startBot({ env: { PILOTHOUSE_ROLE: 'web' } });
    try {
      const { reply } = await plain.slack.command('/incident P1 api-gateway is down', { as: 'ana' });
      expect(reply?.text).toMatch(/slack\.incidents.*incidents\.on_call\.otherwise/);
    } finally {
      await plain.stop();
    }
  });
});
