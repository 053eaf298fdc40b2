/** Posts about who does what: customers who have to be told, roles, follow-ups, the end and the return. */
import type { Post } from '../../records/effect.ts';
import { type Incident, isOver } from '../../records/incident.ts';
import { context, section, sections } from '../blocks.ts';
import type { Message } from '../message.ts';
import { escaped, handle, mention, when } from '../text.ts';
import { afterwards, choicesBlock } from './buttons.ts';
import { rowButton } from './checklist.ts';
import { claimButtons } from './facts.ts';
import { linked } from './links.ts';
import { filled, filledMarkup, headed, markup } from './messages.ts';
import { byWords, says } from './says.ts';
import { lineText } from './timeline-line.ts';
import type { IncidentView } from './view.ts';
import { nameOf, roleWords, speaker } from './words.ts';

/** Runbook 001, "Notify affected customers": ready to be copied. */
export function customersPost(i: Incident, { rules, now }: IncidentView, width: number): Message {
  const sent = i.updates.findLast((u) => u.state === 'sent');
  const template = i.status === 'resolved' ? 'resolved' : sent ? 'update' : 'initial';
  const text = markup(filled(template, i, rules, now, template === 'update' ? sent : undefined), width);
  const person = speaker(i);
  const who = person
    ? `${mention(person)}, please tell them`
    : 'Nobody leads communications yet: whoever takes it, please tell them';
  const done = rowButton(i, 'customers');
  const by = i.checked.customers?.by;
  return says(
    i,
    'Affected customers',
    by ? ` were notified, says ${handle(by)}` : `: ${who}. Text to copy:`,
    section(`\`\`\`${text.replaceAll('`', 'ˋ')}\`\`\``),
    ...choicesBlock(i, 'customers', done ? [done] : []),
    ...choicesBlock(i, 'customers-role', person || by ? [] : claimButtons(i, ['communications'])),
  );
}

/** Those that somebody took in the meantime are not asked for. */
export function rolesPost(i: Incident, missing: Extract<Post, { kind: 'roles' }>['missing']): Message {
  const open = [...new Set(missing)].filter((role) => i.roles[role] === null);
  if (open.length === 0) return says(i, 'Roles', ': all of them are taken');
  const names = open.map((role) => roleWords[role].toLowerCase());
  return says(
    i,
    `Nobody is ${names.join(', nor ')} yet`,
    '. Who takes it?',
    ...choicesBlock(i, 'roles', isOver(i) ? [] : claimButtons(i, open)),
  );
}

export function resolvedPost(i: Incident, { rules, now }: IncidentView, width: number): Message {
  const text = filledMarkup(width, 'resolved', i, rules, now);
  const most = Math.max(2, Math.floor(width / 30));
  const rest = i.followUps.length - most;
  return {
    text,
    blocks: [
      section(headed(text)),
      ...sections([
        ...i.followUps.slice(0, most).map((f) => followUpLine(f, Math.min(width, 200))),
        ...(rest > 0 ? [`… and ${rest} more`] : []),
      ]),
      context(
        `${nameOf(i, 80)}${i.resolvedAt === null ? '' : ` · ${when(i.resolvedAt)}`}${byWords(i.resolvedBy)}`,
      ),
      ...choicesBlock(i, 'resolved', i.status === 'resolved' ? afterwards : []),
    ],
  };
}

function followUpLine(
  { text, owner, due, done, link }: Incident['followUps'][number],
  width: number,
): string {
  const state = done
    ? `done by ${handle(done.by)}`
    : `${owner ? handle(owner) : 'no owner'}, due ${when(due)}`;
  const issue = link ? ` · ${linked(link, 'issue')}` : '';
  return `${done ? '☑' : '☐'} ${escaped(text, width)} · ${state}${issue}`;
}

export function reopenedPost(i: Incident, width: number): Message {
  const entry = i.timeline.findLast((e) => e.kind === 'reopened');
  return says(
    i,
    `🚨 Reopened: ${escaped(i.title, 150).replaceAll('*', '∗')}`,
    entry ? `\n${lineText(entry, width)}` : '',
    ...choicesBlock(
      i,
      'reopened',
      isOver(i)
        ? []
        : [
            { label: 'Join', does: 'join' },
            { label: 'Update', does: 'openUpdate' },
          ],
    ),
  );
}

export function chasePost(i: Incident, n: number, { now }: IncidentView, width: number): Message {
  const f = i.followUps.find((one) => one.n === n);
  if (!f) return says(i, 'Follow-up', ': it is not there any more');
  if (f.done) return says(i, 'Follow-up done', `: ${escaped(f.text, width)}`);
  const late = now > f.due ? `overdue since ${when(f.due)}` : `due ${when(f.due)}`;
  const who = f.owner ? mention(f.owner) : 'nobody owns it';
  return says(
    i,
    `Follow-up ${late}`,
    ` (${who}): ${escaped(f.text, width)}${f.link ? ` · ${linked(f.link, 'issue')}` : ''}`,
    context(nameOf(i, 80)),
    ...choicesBlock(i, `follow-up-${n}`, [
      { label: 'Done', does: 'followUpDone', arg: String(n), style: 'primary' },
    ]),
  );
}
