/** The small company with its incidents: the bot between Slack, the cloud, PagerDuty, Statuspage and GitHub, in the words of people who have one. */

import { type AlertPost, fromAlertmanager, sendAlert } from '../../playground/alerts.ts';
import { type Outside, startOutside } from '../../playground/outside/index.ts';
import { messageText, namesIn } from '../../playground/say.ts';
import type { LogEntry, Message } from '../../playground/slack/types.ts';
import { clockFrom, clockText } from '../../src/clients/clock.ts';
import type { AuditEntry } from '../../src/records/entries.ts';
import type { Incident } from '../../src/records/incident.ts';
import { type Bot, type BotOptions, startBot } from './bot.ts';
import { people } from './world.ts';

export const minute = 60_000;
export const production = 'skillancer-prod';

const listener = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/prod';
const balancer = '50dc6c495c0c9188/f2f7dc8efc522ab2';
/** The prepared rules of the load balancer in front of production. */
export const rules = {
  rateLimiting: { arn: `${listener}/${balancer}/9683b2d02a6cabee`, on: 10, off: 40_000 },
  maintenancePage: { arn: `${listener}/${balancer}/1291d13826f405c3`, on: 5, off: 40_001 },
} as const;

/** Sections of the catalog's `incidents` in YAML's flow style, by name; an empty text leaves one out. */
type Sections = Readonly<Record<string, string>>;

const usual: Sections = {
  on_call:
    '{ pagerduty_schedule: PSKILL1, otherwise: ["@devops-lead"], escalate: [["carla@example.com"]], leadership: ["ana@example.com"] }',
  war_room: '{ invite: ["@engineering"] }',
  mitigations: `{ scale_up: { by: 3, most: 4 }, rate_limiting: { alb_rule: "${rules.rateLimiting.arn}", on: 10, off: 40000 }, maintenance_page: { alb_rule: "${rules.maintenancePage.arn}", on: 5, off: 40001 } }`,
  status_page:
    '{ statuspage: page1, link: "https://status.example.com", components: { api-gateway: cmpapi, auth-svc: cmpauth } }',
  post_mortem: '{ repository: skillancer/platform, due_after: 14d }',
};

/** ana, ben and carla respond; ben administers; carla alone communicates; dave has no rights. */
const withIncidents = (sections: Sections) => (text: string) =>
  `${text
    .replace('deployments: "#deployments"', 'deployments: "#deployments", incidents: "#incidents"')
    .replace('after: staging', '')
    .replace('  staging:\n', '  staging:\n    critical: false\n')
    .replace(
      'responders: ["@engineering"]',
      'responders: ["@engineering"]\n  communicators: ["carla@example.com"]',
    )}
incidents:
${Object.entries({ ...usual, ...sections })
  .filter(([, value]) => value !== '')
  .map(([name, value]) => `  ${name}: ${value}\n`)
  .join('')}`;

export interface IncidentOptions extends Omit<BotOptions, 'scale' | 'clock' | 'catalog'> {
  /** How much faster than real time everything goes; default 60, so that a minute takes a second. */
  scale?: number;
  /** What the clock shows at the start; default a Monday morning. */
  start?: Date;
  sections?: Sections;
  /** Whether the bot is told of the services outside; default true. */
  outside?: boolean;
}

export interface IncidentBot extends Bot {
  outside: Outside;
  /** Types `/incident …` and waits until it is there: card, war room and all. Gives its id. */
  declare(text: string, by: { as: string }): Promise<string>;
  record(id: string): Promise<Incident>;
  /** Waits until the record is like this. */
  once(id: string, what: string, holds: (i: Incident) => boolean): Promise<Incident>;
  /** What the bot has said where it lives, oldest first: in its war room, or in the thread of its card. */
  told(id: string): Promise<string[]>;
  /** Waits until it says this there; gives the whole message. */
  tells(id: string, words: RegExp): Promise<string>;
  /** The card in #incidents as text. */
  cardText(id: string): Promise<string>;
  /** The pinned summary of the war room as text. */
  summary(id: string): Promise<string>;
  /** Waits until a card and a summary (where there is one) say this. */
  cardSays(id: string, words: RegExp): Promise<void>;
  /** All buttons that can be pressed where it lives and on its card, by their words. */
  buttons(id: string): Promise<string[]>;
  /** Presses the newest button of these words there; gives what the presser was answered. */
  presses(id: string, button: string, by: { as: string }): Promise<string>;
  /** Presses one that opens a form, and fills that in; gives what was answered then. */
  fills(id: string, button: string, values: Record<string, string>, by: { as: string }): Promise<string>;
  /** Types a command, and gives what was answered at once. */
  types(text: string, by: { as: string; in?: string }): Promise<string>;
  /** Everything that the bot has written to somebody directly, oldest first. */
  direct(person: string): string[];
  /** What the timeline says, a line each. */
  timeline(id: string): Promise<string[]>;
  audit(what: RegExp): Promise<AuditEntry[]>;
  /** Alertmanager tells that an alert of production fires, or is over. */
  alert(
    name: string,
    state?: 'firing' | 'resolved',
    more?: { service?: string; metric?: string },
  ): Promise<void>;
  /** The form of resolving, filled in; waits until everything that follows is done. */
  resolve(id: string, by: { as: string }, values?: Record<string, string>): Promise<Incident>;
  /** Waits until the clock shows it. */
  clockAt(time: number): Promise<void>;
  text(message: Pick<Message, 'text' | 'blocks'>): string;
}

export async function startIncidents(options: IncidentOptions = {}): Promise<IncidentBot> {
  const {
    sections = {},
    scale = 60,
    start = new Date('2026-01-05T09:00:00Z'),
    outside: isTold = true,
  } = options;
  const setting = clockText(start, scale);
  const clock = clockFrom(setting);
  const outside = await startOutside({
    clock,
    schedule: 'PSKILL1',
    onCall: [{ name: 'ben', email: 'ben@example.com' }],
    page: 'page1',
    components: { cmpapi: 'API', cmpauth: 'Sign-in' },
    repository: 'skillancer/platform',
  });
  const bot = await startBot({
    ...options,
    clock: setting,
    catalog: withIncidents(isTold ? sections : { ...sections, status_page: '', post_mortem: '' }),
    slack: { channels: ['deployments', 'incidents', 'general'], ...options.slack },
    cloud: {
      loadBalancers: [
        {
          cluster: production,
          rules: [
            { arn: rules.maintenancePage.arn, priority: rules.maintenancePage.off, does: 'maintenance-page' },
            { arn: rules.rateLimiting.arn, priority: rules.rateLimiting.off, does: 'rate-limit' },
          ],
        },
      ],
      ...options.cloud,
    },
    env: {
      ...(isTold ? outside.environment : { ALERTS_SECRET_ALERTMANAGER: outside.alertSecrets.alertmanager }),
      ...options.env,
    },
  }).catch(async (error: unknown) => {
    await outside.stop();
    throw error;
  });
  outside.pagerduty.subscribe({ url: `${bot.url}/alerts/pagerduty`, secret: outside.alertSecrets.pagerduty });
  return {
    ...bot,
    ...about(bot, outside),
    outside,
    refusals: () => unexpected(bot),
    stop: () => stopAll(bot, outside),
  };
}

/** Rooms of the same name get a number, and people may have come by themselves: the bot asks Slack and sees. */
const unexpected = (bot: Bot): LogEntry[] =>
  bot.refusals().filter(({ error }) => error !== 'name_taken' && error !== 'already_in_channel');

async function stopAll(bot: Bot, outside: Outside): Promise<void> {
  await bot.stop();
  await outside.stop();
}

function about(bot: Bot, outside: Outside): Omit<IncidentBot, keyof Bot | 'outside'> {
  const { slack, store, clock } = bot;
  const names = namesIn(slack, people.people, people.userGroups);
  const began = new Map<string, number>();
  const text = (message: Pick<Message, 'text' | 'blocks'>) => messageText(message, names);

  const record = async (id: string) => {
    const found = await store.loadIncident(id);
    if (!found) throw new Error(`there is no ${id}`);
    return found;
  };
  const once = (id: string, what: string, holds: (i: Incident) => boolean) =>
    bot
      .until(`${what} of ${id}`, async () => {
        const i = await record(id);
        return holds(i) ? i : undefined;
      })
      .catch(async (error: Error) => {
        throw new Error(`${error.message}: ${(await timeline(id)).join('\n')}`);
      });
  const timeline = async (id: string) => (await record(id)).timeline.map((e) => `${e.kind}: ${e.text}`);
  const cardMessages = async (id: string) => {
    const { card } = await record(id);
    return card ? slack.thread('incidents', card.ts).filter((m) => m.byBot) : [];
  };
  const homeMessages = async (id: string) => {
    const { room } = await record(id);
    return room ? slack.messages(room.id).filter((m) => m.byBot) : cardMessages(id);
  };
  const all = async (id: string) => {
    const home = await homeMessages(id);
    const [card] = await cardMessages(id);
    return card && home[0]?.ts !== card.ts ? [card, ...home] : home;
  };
  const told = async (id: string) => (await homeMessages(id)).map(text);
  const cardText = async (id: string) => {
    const [card] = await cardMessages(id);
    return card ? text(card) : '';
  };
  const summary = async (id: string) => {
    const { room, roomCard } = await record(id);
    const found = room && slack.messages(room.id).find(({ ts }) => ts === roomCard?.ts);
    return found ? text(found) : '';
  };
  const withButton = async (id: string, button: string) =>
    (await all(id)).findLast((m) => labels(m).includes(button));
  const answer = async (person: string, before: number, what: string) =>
    bot.until(`an answer to ${person}, who ${what}`, () => said(person)[before]);
  const said = (person: string) => slack.ephemerals(person).map(text);

  const presses: IncidentBot['presses'] = async (id, button, { as }) => {
    const place = await bot
      .until(`a button ${button} of ${id}`, () => withButton(id, button))
      .catch(async (error: Error) => {
        throw new Error(
          `${error.message}; there are ${[...new Set((await all(id)).flatMap(labels))].join(', ')}`,
        );
      });
    const before = said(as).length;
    await slack.click({ text: button }, { as, message: place });
    return answer(as, before, `pressed ${button}`);
  };
  const fills: IncidentBot['fills'] = async (id, button, values, { as }) => {
    const message = await bot.until(`a button ${button} of ${id}`, () => withButton(id, button));
    const before = said(as).length;
    await slack.click({ text: button }, { as, message });
    const { error, errors } = await bot.fill(values, { as });
    if (error || errors) throw new Error(`the form was refused: ${error ?? JSON.stringify(errors)}`);
    return answer(as, before, `filled in what ${button} opened`);
  };

  return {
    record,
    once,
    told,
    cardText,
    summary,
    presses,
    fills,
    timeline,
    text,
    declare: async (words, { as }) => {
      const { reply, error } = await slack.command(`/incident ${words}`, { as });
      const id = /INC-\d+/.exec(reply ? text(reply) : '')?.[0];
      if (!id) throw new Error(`${words} became no incident: ${error ?? reply?.text}`);
      await once(
        id,
        'the place',
        (i) =>
          i.effects.length > 0 &&
          i.effects.every((e) => !/^(card|room|room-card|invite)$/.test(e.key) || e.state === 'done'),
      );
      return id;
    },
    tells: async (id, words) =>
      bot
        .until(`${words} where ${id} lives`, async () => (await told(id)).findLast((one) => words.test(one)))
        .catch(async (error: Error) => {
          throw new Error(`${error.message}; told was\n${(await told(id)).join('\n---\n')}`);
        }),
    cardSays: async (id, words) => {
      await bot
        .until(`${words} on the cards of ${id}`, async () => {
          const { roomCard } = await record(id);
          const shown = [await cardText(id), ...(roomCard ? [await summary(id)] : [])].filter(Boolean);
          return shown.length > 0 && shown.every((one) => words.test(one)) ? true : undefined;
        })
        .catch(async (error: Error) => {
          throw new Error(`${error.message}; shown is\n${await cardText(id)}\n---\n${await summary(id)}`);
        });
    },
    buttons: async (id) => [...new Set((await all(id)).flatMap(labels))],
    types: async (command, by) => {
      const { reply, error } = await slack.command(command, by);
      return error ?? (reply ? text(reply) : '');
    },
    direct: (person) =>
      slack.channels().some(({ name }) => name === `@${person}`)
        ? slack
            .messages(`@${person}`)
            .filter((m) => m.byBot)
            .map(text)
        : [],
    audit: async (what) => (await store.auditTail(500)).filter((line) => what.test(line.what)),
    alert: async (name, state = 'firing', { service = 'api-gateway', metric } = {}) => {
      const since = state === 'firing' ? clock.now() : (began.get(name + service) ?? clock.now());
      began.set(name + service, since);
      const trouble = {
        name,
        service,
        environment: 'production',
        state,
        began: since,
        ...(metric && { metric }),
        ...(state === 'resolved' && { ended: clock.now() }),
      };
      await sent(bot, fromAlertmanager(outside.alertSecrets.alertmanager, [trouble]));
    },
    resolve: async (id, { as }, values = {}) => {
      await slack.command(`/incident resolve ${id}`, { as });
      const { error, errors } = await bot.fill(
        { Impact: 'Nobody could pay', Resolution: 'It was mended', ...values },
        { as },
      );
      if (error || errors) throw new Error(`the form was refused: ${error ?? JSON.stringify(errors)}`);
      return once(id, 'the end', (i) => i.status === 'resolved' && i.effects.every((e) => e.state !== 'due'));
    },
    clockAt: (time) => clock.sleep(Math.max(0, time - clock.now())),
  };
}

async function sent(bot: Bot, post: AlertPost): Promise<void> {
  const answer = await sendAlert(bot.url, post);
  if (!answer.ok) throw new Error(`the alert was refused: ${answer.status} ${await answer.text()}`);
}

const labels = ({ blocks }: Message): string[] =>
  blocks.flatMap((block) =>
    block.type === 'actions'
      ? block.elements.flatMap((element) => (element.type === 'button' ? [element.text.text] : []))
      : block.type === 'section' && block.accessory?.type === 'button'
        ? [block.accessory.text.text]
        : [],
  );
