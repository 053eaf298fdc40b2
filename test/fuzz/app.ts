/** Everything that is registered, in a real Bolt app without a network: what goes in is Slack's payload, what comes out is judged. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { App } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { pino } from 'pino';
import type { Limiter } from '../../src/clients/limiter.ts';
import { createSlackWriter } from '../../src/clients/slack.ts';
import type { Desk } from '../../src/commands/desk.ts';
import { register } from '../../src/commands/index.ts';
import { slackLogger } from '../../src/log.ts';
import type { Message } from '../../src/templates/message.ts';
import { viewViolations, violations } from '../templates/limits.ts';
import { isHelp, type Verdict } from './judge.ts';

/** Gives a payload to the app and judges all that the app does about it. */
export type Deliver = (body: Record<string, unknown>) => Promise<Verdict>;

interface Heard {
  acks: unknown[];
  told: Message[];
  forms: object[];
  errors: string[];
  counted: string[];
}

export function openApp(desk: Desk): Deliver {
  const current = new AsyncLocalStorage<Heard>();
  const hear = (listen: (heard: Heard) => void) => {
    const heard = current.getStore();
    if (!heard) throw new Error('something happened that no payload asked for');
    listen(heard);
  };
  const app = new App({
    receiver: { init: () => {}, start: async () => {}, stop: async () => {} },
    authorize: async () => ({ botToken: 'xoxb-test' }),
    ignoreSelf: false,
    convoStore: false,
    logger: slackLogger(pino({ level: 'silent' }), 'bolt'),
  });
  app.error(async (error) => hear(({ errors }) => errors.push(inspect(error))));
  register(app, {
    ...desk,
    slack: Object.assign(createSlackWriter(new WebClient(), noLimits, desk.clock), {
      answer: async (_url: string, message: Message) => hear(({ told }) => told.push(message)),
      whisper: async (_channel: string, _user: string, message: Message) =>
        hear(({ told }) => told.push(message)),
    }),
    openForm: async (_trigger, form) => hear(({ forms }) => forms.push(form)),
    log: { error: (fields, text) => hear(({ errors }) => errors.push(`${text}: ${inspect(fields)}`)) },
    count: (_kind, _name, outcome) => hear(({ counted }) => counted.push(outcome)),
  });
  return async (body) => {
    const heard: Heard = { acks: [], told: [], forms: [], errors: [], counted: [] };
    const ack = async (content: unknown) => void heard.acks.push(content);
    await current.run(heard, () => app.processEvent({ body, ack }));
    return verdictOn(heard);
  };
}

const noLimits: Limiter = {
  take: async () => {},
  reserve: async () => 0,
  tryTake: async () => 0,
  penalise: async () => {},
};

function verdictOn({ acks, told, forms, errors, counted }: Heard): Verdict {
  const answers = [...acks.flatMap(messageOf), ...told];
  const formErrors = acks.flatMap(formErrorsOf);
  return {
    branch: branchOf(answers, forms, formErrors, counted),
    wrong: [
      ...errors,
      ...(acks.length === 1 ? [] : [`acknowledged ${acks.length} times`]),
      ...(answers.length + forms.length + formErrors.length === 1 ? [] : ['not answered just once']),
      ...(counted.length === 1 ? [] : [`counted ${counted.length} times`]),
      ...answers.flatMap(violations),
      ...answers.flatMap(({ text }) => (text.includes('(Redis)') ? ['Redis was blamed'] : [])),
      ...forms.flatMap(viewViolations),
      ...formErrors.flatMap(textViolations),
    ],
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** An acknowledged command is answered with a message. */
function messageOf(ack: unknown): Message[] {
  if (!isObject(ack) || typeof ack.text !== 'string' || !Array.isArray(ack.blocks)) return [];
  return [{ text: ack.text, blocks: ack.blocks }];
}

/** A refused form is answered with a text beside one of its blocks. */
function formErrorsOf(ack: unknown): string[] {
  if (!isObject(ack) || ack.response_action !== 'errors' || !isObject(ack.errors)) return [];
  return Object.values(ack.errors).map(String);
}

/** Such a text has no markup; no limit is documented for it, but no screen shows more. */
const textViolations = (text: string): string[] => [
  ...(text.length === 0 || text.length > 2000 ? [`an error of ${text.length} characters`] : []),
  ...(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(text) ? ['control characters in an error'] : []),
  ...(/<[!@#]|@(channel|here|everyone)/i.test(text) ? ['a mention in an error'] : []),
];

function branchOf(answers: Message[], forms: object[], formErrors: string[], counted: string[]): string {
  if (counted[0] === 'refused') return formErrors.length > 0 ? 'refused in the form' : 'refused';
  if (forms.length > 0) return 'form';
  return answers.some(isHelp) ? 'help' : `${counted[0]}`;
}
