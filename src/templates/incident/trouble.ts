/** What an incident wanted to happen outside and did not: what, why, and a button to try again. */
import type { KnownBlock } from '@slack/types';
import type { Effect, EffectWhat, Post } from '../../records/effect.ts';
import type { Incident } from '../../records/incident.ts';
import { sections } from '../blocks.ts';
import { clockTime, escaped, plural } from '../text.ts';
import { type Choice, choicesBlock } from './buttons.ts';
import { actionWords } from './words.ts';

/** Failed ones first; those that come again by themselves need nobody, only to be known of. */
export function troubleBlocks(i: Incident, most: number, width: number): KnownBlock[] {
  const failed = i.effects.filter(({ state }) => state === 'failed').toReversed();
  const late = i.effects.filter(({ state, trouble }) => state === 'due' && trouble !== null).toReversed();
  if (failed.length + late.length === 0) return [];
  const shownFailed = failed.slice(0, most);
  const shownLate = late.slice(0, Math.max(1, most - shownFailed.length));
  const hidden = failed.length + late.length - shownFailed.length - shownLate.length;
  return [
    ...sections([
      '*Did not get through* (the incident goes on)',
      ...shownFailed.map((e) => `• *${effectName(i, e.what)}* failed${because(e, width)}`),
      ...shownLate.map(
        (e) => `• ${effectName(i, e.what)} is late, tried again ${again(e)}${because(e, width)}`,
      ),
      ...(hidden > 0 ? [`… and ${plural(hidden, 'more')}`.replace('mores', 'more')] : []),
    ]),
    ...choicesBlock(
      i,
      'retry',
      shownFailed.map((e, index) => tryAgain(i, e, index, shownFailed.length)),
    ),
  ];
}

const because = ({ trouble }: Effect, width: number): string =>
  trouble ? `: ${escaped(trouble, width)}` : '';

const again = ({ notBefore }: Effect): string => `at ${clockTime(notBefore)}`;

const tryAgain = (i: Incident, { key, what }: Effect, index: number, of: number): Choice => ({
  label: of === 1 ? 'Try again' : `Try again: ${effectName(i, what)}`,
  does: 'retry',
  arg: key,
  among: `${index}`,
});

/** In plain words, none of them foreign. */
export function effectName(i: Incident, what: EffectWhat): string {
  if (what.kind === 'mitigate' || what.kind === 'undo') {
    const action = i.mitigations.find(({ n }) => n === what.n)?.action;
    const name = action ? actionWords[action].button : `Mitigation ${what.n}`;
    return what.kind === 'undo' ? `Undoing: ${name}` : name;
  }
  if (what.kind === 'post' || what.kind === 'direct') return postName(what.post);
  return names[what.kind];
}

const names: Readonly<Record<Exclude<EffectWhat['kind'], 'mitigate' | 'undo' | 'post' | 'direct'>, string>> =
  {
    card: 'This message',
    room: 'War room',
    'room-card': 'Summary in the war room',
    invite: 'Invitations to the war room',
    page: 'Page to on-call',
    'page-leadership': 'Page to leadership',
    'tell-on-call': 'Word to on-call',
    'page-acknowledge': 'Acknowledging the page',
    'page-resolve': 'Ending the page',
    assess: 'Health check',
    publish: 'Status page update',
    'post-mortem': 'Post-mortem draft',
    issue: 'GitHub issue',
    merge: 'Merging',
    archive: 'Archiving the war room',
    unarchive: 'Opening the war room again',
  };

const posts: Readonly<Record<Post['kind'], string>> = {
  timeline: 'Timeline message',
  update: 'Update',
  draft: 'Draft of the update',
  'overdue-update': 'Reminder of the update',
  findings: 'Findings',
  mitigate: 'Recommendation',
  'recent-deployments': 'Recent deployments',
  emergency: 'Emergency steps',
  customers: 'Text for customers',
  roles: 'Reminder of the roles',
  resolved: 'Resolved message',
  reopened: 'Reopened message',
  chase: 'Reminder of a follow-up',
  told: 'Message',
};

const postName = (post: Post): string =>
  post.kind === 'update' || post.kind === 'draft' ? `${posts[post.kind]} ${post.n}` : posts[post.kind];
