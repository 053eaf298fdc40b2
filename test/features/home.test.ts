/** The app's Home tab: what each person sees of what goes on, drawn again when it changes and only then. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DelayedError, Worker } from 'bullmq';
import { startSlack } from '../../playground/slack/index.ts';
import type { SlackWorkspace } from '../../playground/slack/types.ts';
import { createLimiter } from '../../src/clients/limiter.ts';
import { createPeople } from '../../src/clients/people.ts';
import { slackClient } from '../../src/clients/slack.ts';
import { createRoomClaims, createSlackRooms } from '../../src/clients/slack-rooms.ts';
import type { IncidentDraft } from '../../src/clients/store/incidents.ts';
import { createSight } from '../../src/jobs/home/sight.ts';
import { attendHome, type HomeWorld, redrawHomes } from '../../src/jobs/home.ts';
import { draftIncident } from '../../src/jobs/incident/declare.ts';
import { backoff, createQueues, type Queues } from '../../src/jobs/queues.ts';
import { createLog, slackLogger } from '../../src/log.ts';
import type { Block } from '../../src/records/block.ts';
import { type ByHand, byHand } from '../jobs/by-hand.ts';
import { declaration } from '../jobs/incident/life.ts';
import { people } from '../support/world.ts';

let hand: ByHand;
let slack: SlackWorkspace;
let queues: Queues;
let world: HomeWorld;
let workers: Worker[];
/** Environments that were looked at, one after the other. */
let looks: string[];
const warned: string[] = [];

const idOf = (name: string) => people.people.find((one) => one.name === name)?.id ?? '';
const incidents = `
incidents:
  on_call: { otherwise: ["@devops-lead"] }
`;

beforeEach(async () => {
  hand = await byHand((text) =>
    `${text}${incidents}`.replace(
      'deployments: "#deployments"',
      'deployments: "#deployments", incidents: "#incidents"',
    ),
  );
  const { clock, catalog, store, redis, prefix } = hand;
  const botToken = 'xoxb-test';
  slack = await startSlack({
    clock,
    signingSecret: 'signing-secret-of-a-test',
    botToken,
    ...people,
    channels: ['deployments', 'incidents'],
  });
  const client = slackClient(botToken, slack.apiUrl, slackLogger(createLog('silent', []), 'test'));
  const limiter = createLimiter(redis, { prefix, clock });
  const rooms = createSlackRooms(client, limiter, createRoomClaims(redis, prefix));
  const { target } = hand.worker();
  looks = [];
  const counted: typeof target = {
    ...target,
    look: (places) => {
      looks.push(places[0]?.environment ?? '');
      return target.look(places);
    },
  };
  queues = createQueues(redis, prefix);
  world = {
    clock,
    catalog,
    store,
    queues,
    rooms,
    people: createPeople(catalog, client, clock, () => {}),
    sight: createSight({ clock, catalog, store, target: counted, permalink: rooms.permalink }),
    log: { warn: (_, text) => void warned.push(text) },
  };
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await queues.close();
  await slack.stop();
  await hand.stop();
});

/** As the bot's workers do it. */
function startWorker(): void {
  const worker = new Worker(
    'homes',
    async (job, token) => {
      const wait = await attendHome(job.name, job.data, world);
      if (wait === null) return;
      await job.moveToDelayed(Date.now() + hand.clock.real(wait), token);
      throw new DelayedError();
    },
    {
      connection: hand.redis,
      prefix: hand.prefix,
      concurrency: 5,
      settings: { backoffStrategy: backoff },
    },
  );
  worker.on('error', () => {});
  workers.push(worker);
}

const seen = (name: string): string => JSON.stringify(slack.home(name)?.blocks ?? []);
const published = () => slack.log.filter(({ method }) => method === 'views.publish').length;

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(10)) if (await isSo()) return;
  throw new Error(`waited in vain for ${what}`);
}
const sees = (name: string, ...words: string[]) =>
  until(`${words.join(', ')} on the Home tab of ${name}: ${seen(name)}`, () =>
    words.every((word) => seen(name).includes(word)),
  );
const idle = () =>
  until('an idle queue', async () => {
    const { active = 0, waiting = 0 } = await queues.homes.getJobCounts('active', 'waiting');
    const delayed = await queues.homes.getDelayed();
    return active + waiting === 0 && delayed.every(({ name }) => name === 'later');
  });
const changed = () => redrawHomes(world);
const open = async (...names: string[]) => {
  for (const name of names) await queues.redrawHome(idOf(name));
  for (const name of names) await sees(name, 'home-drawn');
};

const freeze = (more: Partial<Block> = {}): Block => ({
  id: 'freeze:production',
  kind: 'freeze',
  environment: 'production',
  since: hand.clock.now(),
  until: null,
  by: { id: idOf('ben'), name: 'ben' },
  reason: 'Sale of the year',
  incident: null,
  ...more,
});

const declare = async (said: Partial<IncidentDraft>, request = 'request') => {
  const now = hand.clock.now();
  const draft = { ...draftIncident(declaration(), now), ...said };
  const audit = { at: now, who: null, what: 'x', deployment: null, environment: null, detail: null };
  return (await hand.store.createIncident(draft, request, { ...audit, from: 'worker' }, null)).id;
};

describe('whoever opened it', () => {
  beforeEach(startWorker);

  test('sees what runs where, and buttons for what the commands do', async () => {
    await open('ana');
    await sees('ana', 'Skillancer', '*production*', '`v1.0.0` on all 3 services', 'Nothing is in flight');
    await sees('ana', '"/deploy"', '"/rollback"', '"/health production"', 'Declare an incident');
  });

  test('sees a deployment that waits for them with the buttons that are theirs, soon after it asked', async () => {
    await open('ana', 'ben');
    const environments = hand.catalog.environments;
    expect(environments.get('production')?.approvals?.from).toBe('approvers');
    await hand.ask({ kind: 'deploy', environment: 'production', version: 'v1.1.0', skipStaging: true });
    await hand.untilIn('D-1', 'approval');
    await changed();
    await sees('ben', 'Waiting for you', 'D-1', '"Approve"', '"Reject"');
    await sees('ana', 'In flight', 'D-1', '"Cancel"');
    expect(seen('ana')).not.toContain('"Approve"');
    await hand.click('D-1', 'approve');
    await hand.untilIn('D-1', 'ended');
    await changed();
    await sees('ben', 'Nothing is in flight');
    expect(slack.home('carla')).toBeUndefined();
  });

  test('sees their follow-ups however old, and incidents that they may see', async () => {
    const now = hand.clock.now();
    const ana = { id: idOf('ana'), name: 'ana' };
    const own = {
      n: 1,
      text: 'Limit the pool',
      owner: ana,
      due: now - 1,
      done: null,
      link: null,
      chasedAt: null,
    };
    await declare(
      { status: 'resolved', followUps: [own, { ...own, n: 2, owner: null, text: 'Not hers' }] },
      'a',
    );
    await declare({ title: 'Checkout is down' }, 'b');
    const theirs = { ...own, owner: { id: idOf('dave'), name: 'dave' }, text: 'Change the key' };
    const secret = { kind: 'security', isPrivate: true, title: 'A key leaked', declaredBy: null } as const;
    await declare({ ...secret, followUps: [theirs] }, 'c');
    await open('ana', 'dave');
    await sees(
      'ana',
      'Limit the pool',
      '*overdue*',
      '"Done"',
      'Checkout is down',
      '"Acknowledge"',
      'A key leaked',
    );
    await sees('dave', 'Checkout is down', 'Change the key');
    expect(seen('ana')).not.toContain('Not hers');
    expect(seen('dave')).not.toMatch(/Limit the pool|A key leaked/);
  });

  test('sees a freeze until it runs out, though nothing happens then', async () => {
    await hand.store.putBlock(freeze({ until: hand.clock.now() + 60_000 }));
    await open('ana');
    await sees('ana', 'Frozen');
    hand.clock.turn(60_001);
    await until('the thaw', () => !seen('ana').includes('Frozen'));
  });

  test('is sent nothing while nothing changed, whatever time it is', async () => {
    await open('ana');
    await idle();
    const before = published();
    hand.clock.turn(10 * 60_000);
    await changed();
    await queues.redrawHome(idOf('ana'));
    await idle();
    expect(published()).toBe(before);
    await hand.store.putBlock(freeze());
    await changed();
    await sees('ana', 'Sale of the year');
    expect(published()).toBe(before + 1);
  });

  test('sees it late where Slack asks to wait', async () => {
    slack.fail.rateLimit('views.publish', 1, 1);
    await queues.redrawHome(idOf('ana'));
    await sees('ana', '*production*');
  });

  test('and left is not drawn for again', async () => {
    await open('ana');
    await queues.redrawHome('U0NOBODY01');
    await until('the warning', () => warned.includes('a Home tab that Slack does not take'));
    await idle();
    expect(await hand.store.homeViewers(0)).toEqual([idOf('ana')]);
  });
});

describe('what runs', () => {
  beforeEach(startWorker);

  test('is asked for once in 30 seconds, whoever looks', async () => {
    await open('ana', 'ben', 'carla');
    expect(looks.toSorted()).toEqual(['production', 'staging']);
    hand.clock.turn(30_000);
    await queues.redrawHome(idOf('ana'));
    await until('another look', () => looks.length === 4);
  });

  test('is looked at again as soon as it may be after something happened, and then no more', async () => {
    await open('ana');
    await changed();
    await idle();
    expect(looks).toHaveLength(2);
    hand.clock.turn(30_000);
    await until('another look', () => looks.length === 4);
    await until('peace', async () => (await queues.homes.getDelayedCount()) === 0);
    expect(looks).toHaveLength(4);
  });

  test('is seen after a deployment ended', async () => {
    await open('ana');
    await hand.ask({ kind: 'deploy', environment: 'staging', version: 'v1.1.0' });
    await hand.end('D-1');
    await changed();
    await sees('ana', '`v1.1.0` on all 3 services');
  });
});

describe('a change', () => {
  test('costs no job while nobody looks', async () => {
    await changed();
    expect(await queues.homes.getJobCountByTypes('delayed', 'waiting')).toBe(0);
  });

  test('and a hundred more at once are one job', async () => {
    await hand.store.sawHome(idOf('ana'), hand.clock.now());
    await Promise.all(Array.from({ length: 100 }, changed));
    expect(await queues.homes.getJobCountByTypes('delayed', 'waiting')).toBe(1);
  });

  test('that was told of is seen by every process', async () => {
    const { sight } = world;
    await sight.happenings();
    await hand.store.putBlock(freeze());
    expect((await sight.happenings()).blocks).toEqual([]);
    await changed();
    expect((await sight.happenings()).blocks).toHaveLength(1);
  });
});
