/** What an incident leaves in other systems: the status page, the post-mortem, issues. */
import { SlackRefused } from '../../../clients/slack-errors.ts';
import { Refusal } from '../../../records/refusal.ts';
import { evidencePack } from '../../../templates/incident/evidence.ts';
import { verifyEvidence } from '../../../templates/incident/evidence-chain.ts';
import { postMortem } from '../../../templates/incident/post-mortem.ts';
import { marked } from '../../../templates/incident/words.ts';
import { viewOf } from '../view.ts';
import { rulesOf } from '../world.ts';
import type { Carry } from './index.ts';

export const publish: Carry<'publish'> = async (i, { key, what }, world) => {
  if (i.drill) return {};
  const { status_page } = rulesOf(world);
  if (!status_page || !world.statuspage) {
    throw new Refusal(
      'not-here',
      'No status page is configured.',
      'Set incidents.status_page and STATUSPAGE_TOKEN.',
    );
  }
  const { status, body, components } = what;
  const { statuspage: page, link = null } = status_page;
  const name = `${i.severity === 'P1' ? 'Outage' : 'Problem'}: ${i.services.length > 0 ? i.services.join(', ') : i.environment}`;
  const update = { key: `${i.id}/${key}`, status, body, components };
  const published = i.statusPage
    ? await world.statuspage.update(page, i.statusPage.id, update)
    : await world.statuspage.open(page, { ...update, key: i.id, name });
  return { id: published.id, link: published.link ?? link };
};

/** A canvas where the workspace has them, else a file; with the evidence pack beside it. */
export const writePostMortem: Carry<'post-mortem'> = async (i, effect, world) => {
  const { title, markdown } = postMortem(i, await viewOf(i, world), await world.store.inbox(i.id));
  const { channel, thread } = homeOf(i);
  const begun = await world.store.hasBegun(i.id, effect.key);
  await world.store.begin(i.id, effect.key);
  // What it says may be more by now than when it was put there before a crash.
  const since = begun ? effect.since : null;
  let link: string | null = null;
  try {
    link = (await world.rooms.canvas(channel, title, markdown, since)).link;
  } catch (error) {
    if (!(error instanceof SlackRefused)) throw error;
  }
  if (link === null) {
    const file = { name: `${i.id}-post-mortem.md`, title, content: markdown };
    link = (await world.rooms.file(channel, file, thread, since)).link;
  }
  const pack = evidencePack(i, await world.store.inbox(i.id));
  const { fresh } = await world.rooms.file(
    channel,
    { name: pack.name, title: marked(i, `Evidence of ${i.id}`), content: pack.content },
    thread,
    since,
  );
  // Who keeps this line can tell later whether the file is the one that was written. One from before a crash is another.
  const seal = verifyEvidence(pack.content);
  const sealed = fresh && seal.ok ? ` The evidence ends with the hash ${seal.final.slice(0, 16)}.` : '';
  return { link, text: `The draft of the post-mortem is ready.${sealed}` };
};

const homeOf = ({
  room,
  card,
  isPrivate,
}: Parameters<typeof writePostMortem>[0]): { channel: string; thread?: string } => {
  if (room) return { channel: room.id };
  if (card && !isPrivate) return { channel: card.channel, thread: card.ts };
  throw new SlackRefused('the post-mortem', 'there is neither a card nor a war room');
};

/** None for what is private: more people read the repository than the war room. */
export const openIssue: Carry<'issue'> = async (i, { what }, world) => {
  if (i.isPrivate) return {};
  const followUp = i.followUps.find(({ n }) => n === what.followUp);
  const { repository } = rulesOf(world).post_mortem;
  if (!followUp || i.drill) return {};
  if (!repository || !world.github) {
    throw new Refusal(
      'not-here',
      'No repository is configured.',
      'Set incidents.post_mortem.repository and GITHUB_TOKEN.',
    );
  }
  const body = [
    // Of what is secret the repository's readers learn what is to be done, not why.
    `Follow-up ${followUp.n} of ${i.id} (${i.severity})${i.isPrivate ? '' : `: ${i.title}`}`,
    `Owner: ${followUp.owner ? `@${followUp.owner.name} (Slack)` : 'nobody yet'}`,
    `Due: ${new Date(followUp.due).toISOString().slice(0, 10)}`,
  ].join('\n\n');
  const { number, url } = await world.github.ensure(repository, {
    key: `${i.id}/follow-up-${followUp.n}`,
    title: followUp.text.slice(0, 200),
    body,
    labels: ['incident', i.severity.toLowerCase()],
    assignees: [],
  });
  return { link: url, text: `Follow-up ${followUp.n} is issue #${number}` };
};
