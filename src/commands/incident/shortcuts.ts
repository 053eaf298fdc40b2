/** Slack's shortcuts: declare an incident, from a message or from nothing, and add a message to a timeline. */
import { linksIn, plainWords } from '../../jobs/incident/message-text.ts';
import { rulesFor } from '../../jobs/incident/take.ts';
import { Refusal } from '../../records/refusal.ts';
import { chooseForm, type SaidMessage } from '../../templates/incident/forms.ts';
import { messageIsAdded } from '../../templates/incident/replies.ts';
import type { Message } from '../../templates/message.ts';
import { type Asker, type Desk, fromStore, type Reply } from '../desk.ts';
import { blankForm, nothingSaid } from './declare.ts';
import { addedMessage, later, nameOf } from './give.ts';
import { visible } from './which.ts';

/** A message as a shortcut shows it. */
export interface ShownMessage {
  channel: string;
  ts: string;
  /** The `ts` of the message that it answers. */
  thread: string | null;
  user: string | null;
  /** As Slack stores it. */
  text: string;
  /** The workspace: `skillancer` of skillancer.slack.com. */
  domain: string | null;
}

/** The callback ids of `manifest.yml`. */
const shortcutIds = {
  declare: 'declare-incident',
  declareFromMessage: 'declare-incident-from-message',
  addToTimeline: 'add-to-timeline',
} as const;

/** `message` is null for a shortcut that is not about one. */
export async function shortcut(
  id: string,
  message: ShownMessage | null,
  asker: Asker,
  desk: Desk,
): Promise<Reply> {
  rulesFor(desk.catalog);
  if (id === shortcutIds.declare) return { form: blankForm(nothingSaid, null, asker, desk) };
  if (message && id === shortcutIds.declareFromMessage) return declareFrom(message, asker, desk);
  if (message && id === shortcutIds.addToTimeline) return addToTimeline(message, asker, desk);
  throw new Refusal('unknown-command', 'This shortcut leads nowhere any more.', 'Say /incident help.');
}

/** More would not fit into what a form carries. */
const longestSaid = 1500;

function saidIn({ channel, ts, user, text, domain, thread }: ShownMessage): SaidMessage {
  return {
    channel,
    ts,
    user,
    text: [...plainWords(text)].slice(0, longestSaid).join(''),
    link: linkTo({ channel, ts, domain, thread }),
  };
}

/** As Slack writes the addresses of messages; asking for it would take a call. */
function linkTo({ channel, ts, domain, thread }: Pick<ShownMessage, 'channel' | 'ts' | 'domain' | 'thread'>) {
  if (!domain || !/^[\w.-]+$/.test(domain) || !/^\d+\.\d+$/.test(ts) || !/^\w+$/.test(channel)) return null;
  const answers = thread ? `?thread_ts=${encodeURIComponent(thread)}&cid=${channel}` : '';
  return `https://${domain}.slack.com/archives/${channel}/p${ts.replace('.', '')}${answers}`;
}

function declareFrom(message: ShownMessage, asker: Asker, desk: Desk): Reply {
  const said = saidIn(message);
  const words = said.text.toLowerCase();
  // Names of services in the message are a good guess, and the form shows it.
  const services = desk.catalog.services.filter((name) => hasWord(words, name)).slice(0, 10);
  const [environment = null] = [...desk.catalog.environments.keys()].filter((name) => hasWord(words, name));
  const [title = ''] = said.text.split('\n');
  const chosen = { ...nothingSaid, title: title || null, impact: said.text || null, services, environment };
  return { form: blankForm(chosen, said, asker, desk) };
}

const hasWord = (text: string, name: string): boolean =>
  ` ${text.replace(/[^\p{L}\p{N}_-]+/gu, ' ')} `.includes(` ${name.toLowerCase()} `);

async function addToTimeline(message: ShownMessage, asker: Asker, desk: Desk): Promise<Reply> {
  const said = saidIn(message);
  return fromStore(async () => {
    const { channel, ts, thread } = message;
    const here =
      (await desk.store.incidentAt(channel)) ?? (await desk.store.incidentAt(`${channel}:${thread ?? ts}`));
    if (here !== null) return { say: await addMessage(here, said, asker, desk) };
    const open = await visible(await desk.store.openIncidents(), asker, desk);
    if (open.length === 0) {
      throw new Refusal(
        'incident-unclear',
        'No incident is open that it could be added to.',
        'Declare one from the message with the other shortcut.',
      );
    }
    return { form: chooseForm(open.toReversed(), said, asker.channel) };
  });
}

/** A worker reads the message again, for its author's name and its permanent link. */
export async function addMessage(
  incident: string,
  said: SaidMessage,
  asker: Asker,
  desk: Desk,
): Promise<Message> {
  const linked = { ...said, link: said.link ?? linksIn(said.text)[0] ?? null };
  const work = addedMessage(incident, linked, asker, desk);
  await fromStore(() => later(nameOf('message', asker), work, { ...asker, responseUrl: null }, desk));
  return messageIsAdded(incident);
}
