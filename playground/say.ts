/** The Slack transcript in a terminal: what people do and what they see, as it happens. */
import { stripVTControlCharacters, styleText } from 'node:util';
import { blockLines, mrkdwnLines, type Names, timeOfDay, words } from './say-blocks.ts';
import type { LogEntry, Message, SlackWorkspace } from './slack/types.ts';

const indent = ' '.repeat(10);
const widest = 220;

/** What a person reads in a message, line by line. */
function messageLines(message: Pick<Message, 'text' | 'blocks'>, names: Names): string[] {
  const lines = message.blocks.flatMap((block) => blockLines(block, names));
  return lines.length > 0 ? lines : mrkdwnLines(message.text, names);
}

/** The same without colours: for comparing. */
export const messageText = (message: Pick<Message, 'text' | 'blocks'>, names: Names): string =>
  stripVTControlCharacters(messageLines(message, names).join('\n'));

/** The names in a workspace as they are now. */
export function namesIn(
  slack: SlackWorkspace,
  people: readonly { id: string; name: string }[],
  groups: readonly { id: string; handle: string }[],
): Names {
  return {
    person: (id) =>
      id === slack.bot.id ? slack.bot.name : (people.find((one) => one.id === id)?.name ?? id),
    channel: (id) => slack.channels().find((one) => one.id === id)?.name ?? id,
    group: (id) => groups.find((one) => one.id === id)?.handle ?? id,
  };
}

export interface TranscriptOptions {
  readonly slack: SlackWorkspace;
  readonly names: Names;
  /** Whose private messages are shown, by handle. */
  readonly people: readonly string[];
  readonly print: (line: string) => void;
}

/** Prints from now on; returns the way to stop. */
export function startTranscript({ slack, names, people, print }: TranscriptOptions): () => void {
  const seen = new Map<string, string[]>();
  const line = (at: number, who: string, what: string) =>
    print(`${styleText('dim', timeOfDay(at))}  ${styleText('cyan', who)}  ${what}`);

  const show = (at: number, message: Message) => {
    const key = `${message.channel} ${message.ts}`;
    const now = messageLines(message, names);
    const before = seen.get(key);
    if (before?.join('\n') === now.join('\n')) return;
    seen.set(key, now);
    const where = placeOf(message, names);
    if (before) return line(at, where, `${styleText('yellow', 'edited:')} ${whatChanged(before, now)}`);
    const [first = '', ...rest] = message.byBot || message.kind === 'slackbot' ? now : [];
    if (first) line(at, where, first);
    for (const more of rest) print(indent + more);
  };

  return slack.watch((entry) => {
    const done = whatWasDone(entry, names);
    if (done) line(entry.at, done.who, done.what);
    const messages = [
      ...slack.channels().flatMap(({ id }) => allIn(slack, id)),
      ...people.flatMap((name) => slack.ephemerals(name)),
    ];
    for (const message of messages.sort((a, b) => Number(a.ts) - Number(b.ts))) show(entry.at, message);
  });
}

function allIn(slack: SlackWorkspace, channel: string): Message[] {
  return slack.messages(channel).flatMap((message) => slack.thread(channel, message.ts));
}

function placeOf({ to, kind, channel, threadTs, ts }: Message, names: Names): string {
  if (kind !== 'message' && to) return `only ${names.person(to)} sees`;
  return `#${names.channel(channel)}${threadTs && threadTs !== ts ? ' thread' : ''}`;
}

/** The lines that are new, on one line. */
function whatChanged(before: readonly string[], now: readonly string[]): string {
  const added = now.filter((one) => !before.includes(one)).map((one) => one.trim());
  const text = added.length > 0 ? added.join(' · ') : `${before.length - now.length} lines fewer`;
  return stripVTControlCharacters(text).length > widest
    ? `${stripVTControlCharacters(text).slice(0, widest)}…`
    : text;
}

/** What a person did, and what Slack refused; the rest shows in the messages themselves. */
function whatWasDone(entry: LogEntry, names: Names): { who: string; what: string } | undefined {
  if (!entry.ok) {
    return { who: 'Slack', what: styleText('red', `${entry.method}: ${entry.error ?? 'failed'}`) };
  }
  if (entry.method === 'views.open') return { who: 'Slack', what: `a form opens: ${titleOf(entry)}` };
  const [area, verb = ''] = entry.method.split('.');
  if (area !== 'person') return undefined;
  const who = names.person(entry.user ?? '');
  const where = entry.channelName ? ` in #${entry.channelName}` : '';
  const text = words(entry.text ?? '');
  switch (verb) {
    case 'command':
      return { who, what: `types${where}: ${styleText('bold', text)}` };
    case 'post':
      return { who, what: `writes${where}: ${text}` };
    case 'click':
      return { who, what: `clicks ${styleText('inverse', ` ${text} `)}` };
    case 'submit':
      return { who, what: `submits the form: ${filledIn(entry)}` };
    default:
      return { who, what: `${verb} ${text}`.trim() };
  }
}

function titleOf({ args: { view } }: LogEntry): string {
  const title = typeof view === 'object' && view && 'title' in view ? view.title : undefined;
  return typeof title === 'object' && title && 'text' in title ? words(String(title.text)) : '';
}

function filledIn({ args: { values } }: LogEntry): string {
  return Object.entries(values ?? {})
    .map(([label, value]) => `${label} = ${words(String(value))}`)
    .join(', ');
}
