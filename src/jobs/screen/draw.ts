/**
 * Makes Slack show what a deployment's record says: one parent message edited in place, the story in its thread,
 * an answer for the person who asked. Looks first, so it may run again at any point; nothing is posted twice.
 */
import { createHash } from 'node:crypto';
import type { SlackWriter } from '../../clients/slack.ts';
import { isChannelClosed, remedyFor } from '../../clients/slack-channel.ts';
import { SlackRefused } from '../../clients/slack-errors.ts';
import type { Screen } from '../../clients/store/notes.ts';
import { type Deployment, isEnded } from '../../records/deployment.ts';
import { deploymentCard } from '../../templates/deployment-card.ts';
import type { Message } from '../../templates/message.ts';
import { requestEnded } from '../../templates/plan.ts';
import { cardUnseen } from '../../templates/replies.ts';
import { storyLine } from '../../templates/story.ts';
import type { World } from '../deployment/world.ts';
import { together } from './together.ts';

export interface ScreenWorld extends Pick<World, 'catalog' | 'store' | 'people' | 'clock' | 'target'> {
  slack: SlackWriter;
}

export async function drawDeployment(id: string, world: ScreenWorld): Promise<void> {
  const d = await world.store.load(id);
  if (!d) return;
  try {
    await draw(d, world);
  } catch (error) {
    if (!(error instanceof SlackRefused)) throw error;
    if (d.endedAt !== null && world.clock.now() - d.endedAt > triedAfterEnd) return;
    if (isChannelClosed(error)) await tellUnseen(d, error, world);
    throw error;
  }
}

/** For what Slack refuses; milliseconds after the end of a deployment. */
const triedAfterEnd = 24 * 60 * 60_000;

async function draw(d: Deployment, world: ScreenWorld): Promise<void> {
  if (!isPublic(d)) return answerRequester(d, world);
  const screen = await showCard(d, await world.store.screen(d.id), world);
  await tellStory(screen, world, d.id);
}

/** A request that was refused, or wanted only a plan, is between the bot and the person who asked. */
const isPublic = (d: Deployment): boolean => d.story.some((entry) => entry.event === 'planned');

async function answerRequester(d: Deployment, world: ScreenWorld): Promise<void> {
  const { store, slack } = world;
  if (!isEnded(d)) return;
  const screen = await store.screen(d.id);
  if (screen.answered) return;
  const message = requestEnded(d, approversOf(d, world));
  const responseUrl = await store.responseUrl(d.id);
  try {
    if (responseUrl) await slack.answer(responseUrl, message, true);
    else await slack.whisper(d.requestedIn, d.requestedBy.id, message);
  } catch (error) {
    if (!(error instanceof SlackRefused)) throw error;
    // The channel is closed to the bot, or the address is used up: a direct message always arrives.
    await slack.direct(d.requestedBy.id, message, `${d.id}:answer`, d.requestedAt);
  }
  await store.saveScreen(d.id, { ...screen, answered: true });
}

/** Whoever asked for a deployment that nobody can see is told so once; it goes on all the same. */
async function tellUnseen(d: Deployment, refusal: SlackRefused, world: ScreenWorld): Promise<void> {
  const { store, slack, catalog } = world;
  const screen = await store.screen(d.id);
  if (screen.unseen) return;
  const message = cardUnseen(d.id, catalog.slack.deployments, remedyFor(refusal));
  try {
    await slack.whisper(d.requestedIn, d.requestedBy.id, message);
  } catch (error) {
    if (!(error instanceof SlackRefused)) throw error;
    await slack.direct(d.requestedBy.id, message, `${d.id}:unseen`, d.requestedAt);
  }
  await keep(d.id, { ...screen, unseen: true }, world);
}

async function showCard(d: Deployment, screen: Screen, world: ScreenWorld): Promise<Screen> {
  const message = card(d, world);
  if (screen.channel === null || screen.ts === null) return postCard(d, message, screen, world);
  const shown = digest(message);
  if (screen.shown === shown) return screen;
  try {
    await world.slack.update({ channel: screen.channel, ts: screen.ts }, message, d.id);
  } catch (error) {
    if (!(error instanceof SlackRefused) || !gone.includes(error.reason)) throw error;
    return postCard(d, message, { ...screen, ts: null, shown: null, posting: null, told: 0 }, world);
  }
  return keep(d.id, { ...screen, shown }, world);
}

/** What Slack says of a message that somebody deleted. */
const gone = ['message_not_found', 'cant_update_message'];

async function postCard(
  d: Deployment,
  message: Message,
  before: Screen,
  world: ScreenWorld,
): Promise<Screen> {
  const channel = await world.slack.channelId(world.catalog.slack.deployments);
  const posted = await once(d.id, d.id, channel, message, before, world);
  return keep(
    d.id,
    { ...posted.screen, ...posted.message, shown: posted.fresh ? digest(message) : null },
    world,
  );
}

/** Tells the lines that are new, several in one message where they came at once. */
async function tellStory(screen: Screen, world: ScreenWorld, id: string): Promise<void> {
  for (let state = screen; ; ) {
    const d = await world.store.load(id);
    if (!d || state.channel === null || state.ts === null || state.told >= d.story.length) return;
    // After a post whose answer was lost, the same lines are looked for, not others.
    const upTo = state.posting?.upTo ?? d.story.length;
    const lines: { message: Message; next: number }[] = [];
    for (let index = state.told; index < upTo && lines.length < mostLines; index++) {
      const message = storyLine(d, index);
      if (message) lines.push({ message, next: index + 1 });
    }
    let next = upTo;
    if (lines.length > 0) {
      const { message, count } = together(lines.map((line) => line.message));
      next = lines[count - 1]?.next ?? upTo;
      const key = `${id}#${state.told}`;
      const told = await once(id, key, state.channel, message, state, world, state.ts, next);
      state = told.screen;
    }
    state = await keep(id, { ...state, told: next }, world);
  }
}
/** More in one message would be hard to read. */
const mostLines = 10;

/** Posts under a key that is written down before: a second try looks whether the first one arrived. */
async function once(
  id: string,
  key: string,
  channel: string,
  message: Message,
  before: Screen,
  world: ScreenWorld,
  thread?: string,
  upTo = 0,
) {
  if (before.posting?.key === key) {
    const found = await world.slack.find(channel, key, before.posting.at, thread);
    if (found) return { message: found, fresh: false, screen: { ...before, posting: null } };
  }
  const posting = before.posting?.key === key ? before.posting : { key, upTo, at: world.clock.now() };
  let noted = before;
  // Written down once the turn has come: of two that draw the same, the second one is told before it sends.
  const sure = async () => {
    noted = await keep(id, { ...before, posting }, world);
  };
  const posted = await world.slack.post(channel, message, key, { thread, sure });
  return { message: posted, fresh: true, screen: { ...noted, posting: null } };
}

async function keep(id: string, screen: Screen, { store }: ScreenWorld): Promise<Screen> {
  return store.saveScreen(id, screen);
}

function card(d: Deployment, world: ScreenWorld): Message {
  return deploymentCard(d, {
    now: world.clock.now(),
    approvers: approversOf(d, world),
    checklist: world.catalog.environments.get(d.environment)?.checklist ?? [],
    pages: new Map(
      d.releases.flatMap(({ service }) => {
        const place = world.catalog.place(service, d.environment);
        return place ? [[service, world.target.page(place)] as const] : [];
      }),
    ),
  });
}

/** A rollback needs no second person. */
function approversOf(d: Deployment, { catalog, people }: ScreenWorld): string[] {
  const from = catalog.environments.get(d.environment)?.approvals?.from;
  return from && d.kind === 'deploy' ? people.mentions(from) : [];
}

const digest = (message: Message): string =>
  createHash('sha256').update(JSON.stringify(message)).digest('base64url');
