/** Everything an incident says in its war room, its thread and direct messages: each kind of post, from the record as it is now. */
import type { KnownBlock } from '@slack/types';
import type { Post } from '../../records/effect.ts';
import { type Incident, isOver } from '../../records/incident.ts';
import { context, fitting, plainMessage, section, sections } from '../blocks.ts';
import type { Message } from '../message.ts';
import { clockTime, cut, duration, escaped, handle, mention, when } from '../text.ts';
import { afterwards, type Choice, choicesBlock } from './buttons.ts';
import { rowButton } from './checklist.ts';
import { claimButtons } from './facts.ts';
import { findingsFoot, findingsSummary, findingsTable } from './findings.ts';
import { emergencyOf, haltBlocks, stepLines } from './halt.ts';
import { linked } from './links.ts';
import { draftOf, filled, filledMarkup, headed, markup } from './messages.ts';
import { mitigationButtons, recommendationLines, symptomsMenu } from './mitigations.ts';
import { recentButtons, recentLines } from './recent.ts';
import { lineText } from './timeline-line.ts';
import type { IncidentView } from './view.ts';
import { calledOn, marked, nameOf, roleWords, speaker } from './words.ts';

/** Never more than Slack takes, whatever the record holds. */
export function incidentPost(i: Incident, post: Post, view: IncidentView): Message {
  return fitting(
    ([600, 200, 60, 20] as const).map((width) => () => {
      const message = drawing(i, post, view, width);
      return { ...message, text: cut(message.text, 1000) || '–' };
    }),
  );
}

/** `width`: characters of a text that somebody wrote. */
function drawing(i: Incident, post: Post, view: IncidentView, width: number): Message {
  switch (post.kind) {
    case 'timeline':
      return timelinePost(i, post.entry, width);
    case 'update':
      return updatePost(i, post.n, view, width);
    case 'draft':
      return draftPost(i, post, view, width);
    case 'overdue-update':
      return overduePost(i, post.n, view);
    case 'findings':
      return findingsPost(i, width);
    case 'mitigate':
      return mitigatePost(i, view, width);
    case 'recent-deployments':
      return recentPost(i, view, width);
    case 'emergency':
      return emergencyPost(i, view);
    case 'customers':
      return customersPost(i, view, width);
    case 'roles':
      return rolesPost(i, post.missing);
    case 'resolved':
      return resolvedPost(i, view, width);
    case 'reopened':
      return reopenedPost(i, width);
    case 'chase':
      return chasePost(i, post.followUp, view, width);
    case 'told':
      return toldPost(i, post.why, view, width);
  }
}

/** A heading in bold, words behind it, and what belongs to them. */
function says(i: Incident, bold: string, tail: string, ...blocks: KnownBlock[]): Message {
  const line = marked(i, `*${bold}*${tail}`);
  return plainMessage(line, section(line), ...blocks);
}

function timelinePost(i: Incident, n: number, width: number): Message {
  const entry = i.timeline.find((e) => e.n === n);
  if (!entry) return says(i, 'Timeline', ': this line is not there any more');
  return plainMessage(marked(i, lineText(entry, width * 2)));
}

function updatePost(i: Incident, n: number, view: IncidentView, width: number): Message {
  const update = i.updates.find((u) => u.n === n);
  if (!update) return says(i, `Update ${n}`, ' was not posted');
  if (update.state === 'skipped') return says(i, `Update ${n} was skipped`, byWords(update.by));
  const text = filledMarkup(width, 'update', i, view.rules, view.now, update);
  return { text, blocks: [section(headed(text)), ...updateFoot(i, update, view)] };
}

const byWords = (by: Incident['declaredBy']): string => (by ? ` by ${handle(by)}` : '');

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
function draftPost(
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
  const text = filledMarkup(width, 'update', i, rules, now, draftOf(i, rules, now));
  const head = marked(i, `${calledOn(i)}, please look at *update ${n}*: it ${due}.`);
  return {
    text: head,
    blocks: [section(head), section(quoted(text)), ...choicesBlock(i, `draft-${n}`, draftChoices(n))],
  };
}

const quoted = (text: string): string =>
  text
    .split('\n')
    .map((line) => `>${line}`)
    .join('\n');

const draftChoices = (n: number): Choice[] => [
  { label: 'Post', does: 'postUpdate', arg: String(n), style: 'primary' },
  { label: 'Edit', does: 'editUpdate', arg: String(n) },
  { label: 'Skip', does: 'skipUpdate', arg: String(n) },
];

function overduePost(i: Incident, n: number, { now }: IncidentView): Message {
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

/** The widths that a post is drawn with also say how many services fit. */
function findingsPost(i: Incident, width: number): Message {
  if (!i.findings) return says(i, 'Findings', ': nothing was looked at yet');
  const head = marked(i, `${findingsSummary(i.findings)} · ${nameOf(i, 80)}`);
  const { rich, plain } = findingsTable(i.findings, Math.max(2, Math.floor(width / 20)));
  const around = (middle: KnownBlock[]): KnownBlock[] => [
    section(marked(i, findingsSummary(i.findings ?? { services: [], at: 0 }))),
    ...middle,
    context(findingsFoot(i.findings ?? { services: [], at: 0 })),
    ...choicesBlock(i, 'findings', isOver(i) ? [] : [{ label: 'Check again', does: 'assess' }]),
  ];
  return { text: head, blocks: around(rich), plain: around(plain) };
}

function mitigatePost(i: Incident, view: IncidentView, width: number): Message {
  const lines = recommendationLines(
    view.recommendation,
    Math.max(2, Math.floor(width / 60)),
    Math.min(width, 200),
  );
  return says(
    i,
    'Time to mitigate',
    lines.length > 0 ? ': the decision matrix says' : ': no row of the decision matrix holds yet',
    ...sections(lines),
    symptomsMenu(i),
    ...choicesBlock(i, 'mitigate', mitigationButtons(i, view)),
  );
}

function recentPost(i: Incident, view: IncidentView, width: number): Message {
  if (view.recent.length === 0) return says(i, 'Recent deployments', ': none of what is affected');
  const most = Math.max(2, Math.floor(width / 60));
  const isForbidden = view.recommendation.forbidden.some(({ action }) => action === 'roll-back');
  return says(
    i,
    'Recent deployments',
    ' of what is affected',
    ...sections(recentLines(view.recent, most)),
    ...sections(isForbidden ? recommendationLines({ ...view.recommendation, rows: [] }, 0, 200) : []),
    ...choicesBlock(i, 'recent', isOver(i) ? [] : recentButtons(view, Math.min(most, 5))),
  );
}

const emergencies = { 'database-corruption': 'Database corruption', security: 'Security incident' } as const;

function emergencyPost(i: Incident, view: IncidentView): Message {
  const kind = emergencyOf(i);
  if (!kind) return says(i, 'No emergency', ': nothing is stopped');
  if (!i.halt) return says(i, emergencies[kind], ': the steps', ...sections(stepLines(kind, view.rules, 20)));
  return says(
    i,
    emergencies[kind],
    ': what to do now',
    ...haltBlocks(i, view.rules, { steps: 20, clear: true }),
  );
}

/** Runbook 001, "Notify affected customers": ready to be copied. */
function customersPost(i: Incident, { rules, now }: IncidentView, width: number): Message {
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
function rolesPost(i: Incident, missing: Extract<Post, { kind: 'roles' }>['missing']): Message {
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

function resolvedPost(i: Incident, { rules, now }: IncidentView, width: number): Message {
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

function reopenedPost(i: Incident, width: number): Message {
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

function chasePost(i: Incident, n: number, { now }: IncidentView, width: number): Message {
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

/** Runbook 004, "Alerts": errors and latency are told with "consider rollback", where nothing speaks against it. */
function toldPost(i: Incident, why: string, view: IncidentView, width: number): Message {
  const isLoud = i.alerts.some((a) => a.firing && (a.topic === 'error-rate' || a.topic === 'slow'));
  const { forbidden, recommended } = view.recommendation;
  const isForbidden = forbidden.some(({ action }) => action === 'roll-back' || action === 'roll-back-all');
  const isUnderWay = i.mitigations.some((m) => m.action.startsWith('roll-back') && m.state === 'under-way');
  const considers =
    !isOver(i) &&
    !isForbidden &&
    !isUnderWay &&
    (isLoud || recommended.some((a) => a.startsWith('roll-back')));
  const warning =
    isForbidden && !isOver(i) ? recommendationLines({ ...view.recommendation, rows: [] }, 0, 200) : [];
  return says(
    i,
    escaped(why, Math.min(width, 300)).replaceAll('*', '∗') || 'News',
    `\n${nameOf(i)}`,
    ...sections([...(considers ? ['*Consider rollback*'] : []), ...warning]),
    ...(considers ? sections(recentLines(view.recent, Math.min(3, Math.floor(width / 20)))) : []),
    ...choicesBlock(i, 'told', [
      ...(i.acknowledged || isOver(i)
        ? []
        : [{ label: 'Acknowledge', does: 'acknowledge', style: 'primary' } as const]),
      ...(considers ? rollbackButtons(i, view) : []),
    ]),
  );
}

/** Only the ways back, of everything that could help. */
const rollbackButtons = (i: Incident, view: IncidentView): Choice[] =>
  mitigationButtons(i, view)
    .filter(({ arg = '' }) => arg.startsWith('roll-back'))
    .slice(0, 3)
    .map(({ style: _, ...button }) => button);
