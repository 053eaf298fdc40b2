/** Deployments on the Home tab: what waits for this person, and what is under way. */
import type { ActionsBlock, KnownBlock } from '@slack/types';
import type { Deployment } from '../../records/deployment.ts';
import { section } from '../blocks.ts';
import { cardButtons } from '../card-buttons.ts';
import { versionsOf } from '../changes.ts';
import { linked } from '../incident/links.ts';
import { standing } from '../standing.ts';
import { clockTime, code, cut, escaped, handle, plural } from '../text.ts';
import { type Detail, listed } from './parts.ts';

export interface HomeDeployment {
  deployment: Deployment;
  /** Action ids of those buttons of its card that are this person's to press. */
  allowed: readonly string[];
  /** Its card, where that is known. */
  link: string | null;
}

/** The question that ends first comes first. */
export function waitingBlocks(waiting: readonly HomeDeployment[], { most, width }: Detail): KnownBlock[] {
  const sorted = waiting.toSorted((a, b) => endOf(a.deployment) - endOf(b.deployment));
  return listed('Waiting for you', sorted, 'deployment', most, (shown) => [
    section([headLine(shown, '🙋'), questionLine(shown.deployment, width)].join('\n')),
    ...buttonsOf(shown),
  ]);
}

export function flightBlocks(inFlight: readonly HomeDeployment[], { most }: Detail): KnownBlock[] {
  return listed('In flight', inFlight, 'deployment', most, (shown) => {
    const { emoji, head, tail } = standing(shown.deployment, []);
    return [section(`${headLine(shown, emoji)}\n${head}${cut(tail, 200)}`), ...buttonsOf(shown)];
  });
}

/** "🚀 *D-128* deploy to production by @ana: v1.2.3 for 4 services". */
function headLine({ deployment: d, link }: HomeDeployment, emoji: string): string {
  const what = d.kind === 'deploy' ? 'deploy to' : 'rollback in';
  const versions =
    d.releases.length > 0
      ? `: ${versionsOf(d.releases, code)} for ${plural(d.releases.length, 'service')}`
      : '';
  const id = linked(link, escaped(d.id, 40));
  return `${emoji} *${id}* ${what} *${escaped(d.environment, 63)}* by ${handle(d.requestedBy)}${versions}`;
}

const questionOf = (d: Deployment) => (d.step === 'hold' ? d.hold : d.approval);
const endOf = (d: Deployment): number => questionOf(d)?.deadline ?? Number.POSITIVE_INFINITY;

function questionLine(d: Deployment, width: number): string {
  const question = questionOf(d);
  const until = question ? ` until ${clockTime(question.deadline)}` : '';
  if (d.step === 'hold') {
    const why = d.hold ? `: ${escaped(d.hold.why.summary, width)}` : '';
    return `✋ Held${until}${why}`;
  }
  const reason = d.reason ? `: ${escaped(d.reason, width)}` : '';
  return `⏳ Needs approval${until}${reason}`;
}

function buttonsOf({ deployment, allowed }: HomeDeployment): ActionsBlock[] {
  return cardButtons(deployment).flatMap((block) => {
    const elements = block.elements.filter(({ action_id = '' }) => allowed.includes(action_id));
    return elements.length > 0 ? [{ ...block, elements }] : [];
  });
}
