/** Short answers that only one person sees: refusals, apologies, and what became of a click. */
import type { Ending, Person } from '../records/deployment.ts';
import type { Decision } from '../records/entries.ts';
import type { Suggestion } from '../records/refusal.ts';
import { actionIds, runValue } from './actions.ts';
import { actions, plainMessage, section } from './blocks.ts';
import type { Message } from './message.ts';
import { clockTime, code, escaped, handle } from './text.ts';

/** A `Refusal`, or what a record keeps of one. */
interface Refused {
  message: string;
  hint: string;
  suggestion?: Suggestion | undefined;
}

/** What was refused and why, what to do now, and the nearest right thing as a button. */
export function refused({ message, hint, suggestion }: Refused): Message {
  const line = `⛔ ${escaped(message, 1200)}\n${escaped(hint, 800)}`;
  const value = suggestion && runValue(suggestion.command);
  const button = suggestion && value ? [{ label: suggestion.label, action: actionIds.run, value }] : [];
  return { text: line, blocks: [section(line), ...actions('suggestion', button)] };
}

/** For whoever asked for a deployment whose message Slack does not take; `why` also says what to do. */
export function cardUnseen(deployment: string, channel: string, why: string): Message {
  return plainMessage(
    `⚠️ ${escaped(deployment, 40)} cannot be shown in ${escaped(channel, 90)}: ${escaped(why, 500)}. ` +
      'It goes on, but nobody sees its message or its buttons until then; `/ops status` shows what runs.',
  );
}

/** For errors that nobody foresaw; the reference finds them in the log. */
export function sorry(reference: string): Message {
  return plainMessage(
    `😕 Sorry, that went wrong and it is not your fault. Nothing that was already accepted is lost. ` +
      `If it happens again, tell whoever runs this bot the reference ${code(reference, 80)}.`,
  );
}

export type ClickAnswer =
  | 'recorded'
  | 'already-decided'
  | 'stale'
  | 'denied'
  | 'own-approval'
  | 'ended'
  | 'working';

/** What is known about a click; what is left out is left out of the sentence. */
export interface ClickDetail {
  deployment: string;
  /** What was decided: by this click (`recorded`), or before it (`already-decided`). */
  choice?: Decision['choice'];
  /** Who decided before, and when (milliseconds since 1970). */
  by?: Person;
  at?: number;
  ending?: Ending;
  /** Why not (`denied`), or who may; what stands in the way of it (`recorded`). */
  why?: string;
}

export function clickAnswer(kind: ClickAnswer, detail: ClickDetail): Message {
  return plainMessage(clickSentence(kind, { ...detail, deployment: escaped(detail.deployment, 40) }));
}

function clickSentence(kind: ClickAnswer, { deployment, choice, by, at, ending, why }: ClickDetail): string {
  const because = why ? ` ${escaped(why, 500)}` : '';
  switch (kind) {
    case 'recorded':
      return `👍 Noted: ${choice ? recorded[choice] : 'your answer'} ${deployment}.${because}`;
    case 'already-decided':
      return `${by ? handle(by) : 'Somebody'} was first and ${choice ? decided[choice] : 'decided about'} ${deployment}${at === undefined ? '' : ` at ${clockTime(at)}`}.`;
    case 'stale':
      return `This button belongs to an earlier question about ${deployment}. Please use the buttons of its newest message.`;
    case 'denied':
      return `⛔ You may not do that with ${deployment}.${because}`;
    case 'own-approval':
      return `⛔ You asked for ${deployment} yourself, so somebody else has to approve it.${because}`;
    case 'ended':
      return `${deployment} has already ended${ending ? ` (${ending.replace('-', ' ')})` : ''}; there is nothing left to decide.`;
    case 'working':
      return `⏳ ${deployment} is at work on that; its message will show it in a moment.`;
  }
}

const recorded: Record<Decision['choice'], string> = {
  approve: 'you approved',
  reject: 'you rejected',
  cancel: 'you cancelled',
  'roll-back': 'you asked to roll back',
  retry: 'you asked to try again with',
  leave: 'you decided to leave as it is',
};

const decided: Record<Decision['choice'], string> = {
  approve: 'approved',
  reject: 'rejected',
  cancel: 'cancelled',
  'roll-back': 'asked to roll back',
  retry: 'asked to try again with',
  leave: 'decided to leave as it is',
};
