/** Updates: as they are posted, as they are offered, and when one is missing. */
import type { KnownBlock } from '@slack/types';
import type { Post } from '../../records/effect.ts';
import { type Incident, isOver } from '../../records/incident.ts';
import { context, section } from '../blocks.ts';
import type { Message } from '../message.ts';
import { clockTime, duration, handle } from '../text.ts';
import { type Choice, choicesBlock } from './buttons.ts';
import type { UpdateDraft } from './draft.ts';
import { draftOf, filledMarkup, headed } from './messages.ts';
import { byWords, says } from './says.ts';
import type { IncidentView } from './view.ts';
import { calledOn, marked, nameOf } from './words.ts';

export function updatePost(i: Incident, n: number, view: IncidentView, width: number): Message {
  const update = i.updates.find((u) => u.n === n);
  if (!update) return says(i, `Update ${n}`, ' was not posted');
  if (update.state === 'skipped') return says(i, `Update ${n} was skipped`, byWords(update.by));
  const text = filledMarkup(width, 'update', i, view.rules, view.now, update);
  return { text, blocks: [section(headed(text)), ...updateFoot(i, update, view)] };
}

function updateFoot(
  i: Incident,
  { by, missed }: Incident['updates'][number],
  { now }: IncidentView,
): KnownBlock[] {
  const next = i.clocks.update;
  const words = [
    by ? `Posted by ${handle(by)}` : 'Posted automatically from live facts',
    ...(missed > 0 ? [`(${missed} missed)`] : []),
    ...(next !== null && next > now && !isOver(i) ? [`· next by ${clockTime(next)}`] : []),
  ];
  return [context(`${words.join(' ')} · ${nameOf(i, 80)}`)];
}

/** As it would be posted now. Once it was posted or skipped, there is nothing left to decide. */
export function draftPost(
  i: Incident,
  { n, dueAt }: Extract<Post, { kind: 'draft' }>,
  { rules, now }: IncidentView,
  width: number,
): Message {
  const sent = i.updates.find((u) => u.n === n);
  if (sent)
    return says(i, `Update ${n} was ${sent.state === 'sent' ? 'posted' : 'skipped'}`, byWords(sent.by));
  if (isOver(i)) return says(i, `Update ${n}`, ' is not needed any more');
  const due = rules.updates.automatic
    ? `is posted by itself at ${clockTime(dueAt)}`
    : `is due at ${clockTime(dueAt)}`;
  const draft = draftOf(i, rules, now);
  const text = filledMarkup(width, 'update', i, rules, now, draft);
  const head = marked(i, `${calledOn(i)}, please look at *update ${n}*: it ${due}.`);
  return {
    text: head,
    blocks: [section(head), section(quoted(text)), ...choicesBlock(i, `draft-${n}`, draftChoices(n, draft))],
  };
}

const quoted = (text: string): string =>
  text
    .split('\n')
    .map((line) => `>${line}`)
    .join('\n');

/** Post sends what its reader has read, whatever became known since. */
const draftChoices = (n: number, draft: UpdateDraft): Choice[] => [
  { label: 'Post', does: 'postUpdate', arg: String(n), draft, style: 'primary' },
  { label: 'Edit', does: 'editUpdate', arg: String(n) },
  { label: 'Skip', does: 'skipUpdate', arg: String(n) },
];

export function overduePost(i: Incident, n: number, { now }: IncidentView): Message {
  const due = i.clocks.update;
  const was =
    due === null ? '' : `: it was due at ${clockTime(due)}${due < now ? `, ${duration(now - due)} ago` : ''}`;
  return says(
    i,
    `Update ${n} is overdue`,
    `${was}. ${calledOn(i)}, please post one.`,
    ...choicesBlock(i, `overdue-${n}`, [
      { label: 'Write the update', does: 'openUpdate', style: 'primary' },
      { label: 'Skip', does: 'skipUpdate', arg: String(n) },
    ]),
  );
}
