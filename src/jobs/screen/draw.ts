/**
 * Makes Slack show what a deployment's record says: one parent message edited in place, the story in its thread,
 * an answer for the person who asked. Looks first, so it may run again at any point; nothing is posted twice.
 */
import { createHash } from 'node:crypto';
import type { SlackWriter } from '../../clients/slack.ts';
import { SlackRefused } from '../../clients/slack.ts';
import type { Screen } from '../../clients/store/notes.ts';
import { type Deployment, isEnded } from '../../records/deployment.ts';
import { deploymentCard } from '../../templates/deployment-card.ts';
import type { Message } from '../../templates/message.ts';
import { requestEnded } from '../../templates/plan.ts';
import { storyLine } from '../../templates/story.ts';
import type { World } from '../deployment/world.ts';
import { together } from './together.ts';

export interface ScreenWorld extends Pick<World, 'catalog' | 'store' | 'people' | 'clock' | 'target'> {
  slack: SlackWriter;
}

export async function drawDeployment(id: string, world: ScreenWorld): Promise<void> {
  const d = await world.store.load(id);
  if (!d) return;
  if (!isPublic(d)) return answerRequester(d, world);
  const screen = await showCard(d, await world.store.screen(id), world);
  await tellStory(screen, world, id);
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
    await slack.post(d.requestedBy.id, message, `${d.id}:answer`);
  }
  await store.saveScreen(d.id, { ...screen, answered: true });
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
    const lines: Message[] = [];
    let next = state.told;
    for (; next < upTo && lines.length < mostLines; next++) {
      const line = storyLine(d, next);
      if (line) lines.push(line);
    }
    if (lines.length > 0) {
      const key = `${id}#${state.told}`;
      const told = await once(id, key, state.channel, together(lines), state, world, state.ts, next);
      state = told.screen;
    }
    state = await keep(id, { ...state, told: next }, world);
  }
}
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
  // Whoever else draws it is told here, before the post, that they are two.
  const noted = await keep(id, { ...before, posting }, world);
  const posted = await world.slack.post(channel, message, key, thread);
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
