/** What a person is answered who did something to an incident; only they see it. */
import type { What } from '../../records/act.ts';
import type { AlertGroup } from '../../records/alert-group.ts';
import type { Effect } from '../../records/effect.ts';
import type { Incident } from '../../records/incident.ts';
import type { Severity } from '../../records/incident-terms.ts';
import { actionIds, runValue } from '../actions.ts';
import { actions, plainMessage, section } from '../blocks.ts';
import type { Message } from '../message.ts';
import { code, cut, escaped, handle, mention, some } from '../text.ts';
import { linked } from './links.ts';
import { effectName } from './trouble.ts';
import { nameOf, roleWords, statusWords } from './words.ts';

/** `implied`: which incident was meant was not said, and this is why it is this one. */
export function accepted(i: Incident, what: What, implied: string | null): Message {
  const why = implied === null ? '' : ` (${escaped(implied, 100)})`;
  return plainMessage(cut(`👍 ${sentence(i, what)}\n${nameOf(i)}${why}`, 2900));
}

/** What happens next, in one sentence. */
function sentence(i: Incident, what: What): string {
  switch (what.kind) {
    case 'acknowledge':
      return 'You acknowledged it: nobody else is called.';
    case 'join':
      return 'You work on it now.';
    case 'claim':
      return `You are *${roleWords[what.role]}* now.`;
    case 'hand-over':
      return `${handle(what.to)} is *${roleWords[what.role]}* now; your note stands in the timeline.`;
    case 'status':
      return `Its status is *${statusWords[what.to]}* now.`;
    case 'severity':
      return `It is a *${what.to}* now, with that severity’s clocks.`;
    case 'facts':
      return 'Noted; the next update will say it.';
    case 'note':
      return 'It is a line of the timeline now.';
    case 'check':
      return what.done ? 'Ticked.' : 'Not ticked any more.';
    case 'symptoms':
      return what.chosen.length > 0
        ? 'The recommendation follows what you chose.'
        : 'Nothing is chosen any more.';
    case 'mitigate':
      return 'It is under way; how it goes is told where the incident lives.';
    case 'undo':
      return 'It is being switched off again.';
    case 'assess':
      return 'Health is being looked at; what is found is told where the incident lives.';
    case 'update':
      return `Update ${what.n} is being posted; the next one is counted from now.`;
    case 'skip-update':
      return `Update ${what.n} is skipped.`;
    case 'publish':
      return `It goes to the status page as *${what.status}*.`;
    case 'link':
      return 'The link is added.';
    case 'merge':
      return `It ends as a duplicate of ${escaped(what.into, 40)}, which learns what is known here.`;
    case 'clear-halt':
      return 'It is cleared: deployments may go on.';
    case 'resolve':
      return `It is *resolved*; the draft of the post-mortem comes${what.followUps.length > 0 ? ', and the follow-ups are written down' : ''}.`;
    case 'reopen':
      return 'It is open again, and its clocks run.';
    case 'follow-up':
      return what.owner
        ? `${handle(what.owner)} is reminded when it is due.`
        : 'It is written down; nobody owns it yet.';
    case 'follow-up-done':
      return `Follow-up ${what.n} is done.`;
    case 'retry':
      return 'It is tried again.';
    default:
      return `Noted for ${escaped(i.id, 40)}.`;
  }
}

/** What is tried again of what failed outside. */
export function retried(i: Incident, failed: readonly Effect[], implied: string | null): Message {
  const names = failed.map(({ what }) => effectName(i, what));
  const why = implied === null ? '' : ` (${escaped(implied, 100)})`;
  return plainMessage(cut(`👍 Tried again: ${escaped(some(names, 20), 2000)}.\n${nameOf(i)}${why}`, 2900));
}

/** What is known of an incident that was declared a moment ago. */
export interface Declared {
  id: string;
  /** It was declared before, by the same click. */
  fresh: boolean;
  title: string;
  severity: Severity;
  environment: string;
  isPrivate: boolean;
  drill: boolean;
  warRoom: boolean;
  /** The incidents channel: `#incidents`. */
  channel: string;
}

/** Where it appears; the war room's name is not known yet. */
export function declared(d: Declared): Message {
  const what = d.drill ? `Drill ${escaped(d.id)} begins` : `${escaped(d.id)} is declared`;
  const where = d.isPrivate
    ? 'It is private: you are invited to its war room in a moment.'
    : `Its card appears in ${escaped(d.channel, 90)}${d.warRoom ? ', and you are invited to its war room in a moment' : ''}.`;
  const also = d.drill ? ' Nothing outside Slack is touched.' : '';
  return plainMessage(
    `🚨 *${what}*: ${d.severity} in ${escaped(d.environment, 63)}: ${escaped(d.title, 150)}\n${where}${also}`,
  );
}

/** The worker has to read rights or names from Slack first. */
export const workingOn = (i: Pick<Incident, 'id'>): Message =>
  plainMessage(`⏳ ${escaped(i.id, 40)}: asking Slack first; the answer follows here.`);

export const evidenceComes = (i: Pick<Incident, 'id'>): Message =>
  plainMessage(`⏳ The evidence of ${escaped(i.id, 40)} is put where it lives: its war room, or its thread.`);

export const evidenceIsThere = (i: Pick<Incident, 'id'>, link: string): Message =>
  plainMessage(`📦 The evidence of ${escaped(i.id, 40)} is ${linked(link, 'there')}.`);

export const messageIsAdded = (id: string): Message =>
  plainMessage(`📌 It becomes a line of the timeline of ${escaped(id, 40)}, and follows the message.`);

/** Freezing is a command of its own, with its own rights. */
export function freezeOffer(i: Pick<Incident, 'id' | 'environment' | 'title' | 'isPrivate'>): Message {
  // Everybody reads the reason of a freeze.
  const command = `/ops freeze ${i.environment} ${i.id}${i.isPrivate ? '' : ` ${i.title}`}`;
  const value = runValue(command);
  const line = `🧊 Keep deployments away from *${escaped(i.environment, 63)}*? Rollbacks go on. It is the same as ${code(command, 200)}.`;
  const button = value
    ? [{ label: `Freeze ${i.environment}`, action: actionIds.run, value, style: 'danger' as const }]
    : [];
  return plainMessage(line, section(line), ...actions('freeze', button));
}

/** What became of an answer to "is this an incident?". */
export function alertAnswer({
  outcome,
  group,
}: {
  outcome: 'opening' | 'dismissed' | 'settled';
  group: AlertGroup | null;
}): Message {
  if (outcome === 'opening') return plainMessage('🚨 An incident is being opened; it appears in a moment.');
  if (outcome === 'dismissed') return plainMessage('👍 Noted: these alerts are no incident.');
  if (group?.incident) return plainMessage(`It is ${escaped(group.incident, 40)} already.`);
  const by = group?.answeredBy ? ` by ${mention(group.answeredBy)}` : '';
  return plainMessage(
    group ? `That was answered already${by}, or it is over.` : 'This button leads nowhere any more.',
  );
}
