/** What `/ops audit` answers: the newest lines of the audit. */
import type { AuditEntry } from '../records/entries.ts';
import { context, fitting, header, sections } from './blocks.ts';
import type { Message } from './message.ts';
import { code, cut, escaped, handle, literal, plural, when } from './text.ts';

const most = 20;

/**
 * In any order; the newest 20 lines are shown, and what the bot did to several services at a stretch is one line.
 * `subject` is the deployment that was asked about, or null for everything.
 */
export function auditLog(entries: readonly AuditEntry[], subject: string | null): Message {
  const lines = together(entries.toSorted((a, b) => b.at - a.at));
  const newest = lines.slice(0, most);
  return fitting([300, 120, 40].map((width) => () => drawing(newest, lines.length, subject, width)));
}

function together(entries: readonly AuditEntry[]): AuditEntry[] {
  const lines: AuditEntry[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (last && isMoreOf(last, entry)) {
      lines[lines.length - 1] = { ...last, detail: `${entry.detail}, ${last.detail}` };
    } else lines.push(entry);
  }
  return lines;
}

const isMoreOf = (line: AuditEntry, entry: AuditEntry): boolean =>
  entry.who === null &&
  line.who === null &&
  entry.detail !== null &&
  line.detail !== null &&
  entry.what === line.what &&
  entry.deployment === line.deployment;

function drawing(
  newest: readonly AuditEntry[],
  total: number,
  subject: string | null,
  width: number,
): Message {
  const title = subject === null ? 'Audit' : `Audit of ${literal(subject, 40)}`;
  const lines = newest.map((entry) => auditLine(entry, subject, width));
  return {
    text: cut(`${escaped(title)}: ${plural(newest.length, 'entry').replace('entrys', 'entries')}`, 1000),
    blocks: [
      header(title),
      ...sections(lines.length > 0 ? lines : ['Nothing is recorded here.']),
      ...(total > most ? [context(`The newest ${most} of ${total}.`)] : []),
    ],
  };
}

function auditLine(
  { at, who, what, deployment, environment, detail, from, channel = '' }: AuditEntry,
  subject: string | null,
  width: number,
): string {
  const words = [
    when(at),
    who ? handle(who) : 'the bot',
    code(what, 60),
    ...(deployment && deployment !== subject ? [escaped(deployment, 40)] : []),
    ...(environment ? [`in ${escaped(environment, 63)}`] : []),
  ];
  return `• ${words.join(' ')} (${from}${place(channel)})${detail ? `: ${escaped(detail, width)}` : ''}`;
}

/** Forms that were opened nowhere in particular have no channel to show. */
function place(channel: string): string {
  if (/^[CG][A-Z0-9]{6,20}$/.test(channel)) return ` in <#${channel}>`;
  return channel.startsWith('D') ? ' in a direct message' : '';
}
