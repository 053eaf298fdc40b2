/** The question whether an alert is an incident: posted once an episode, and then what became of it. */
import { SlackAway, SlackRefused } from '../../clients/slack-errors.ts';
import { type AlertGroup, firing, openingRequest, type Question } from '../../records/alert-group.ts';
import { type AlertAnswer, alertAnswered, alertQuestion } from '../../templates/incident/alert-question.ts';
import { lookBeforeOpening } from './look.ts';
import type { AlertWorld } from './world.ts';

/** Probes take at most 20 s (`look.ts`), posting 15 s for its turn and 8 s for Slack (`slack.ts`); real milliseconds. */
const turn = 45_000;
/** When to look whether another worker has posted it, in the clock's milliseconds. */
const soon = 1_000;

/**
 * Makes Slack show how it stands. Gives when to look again, or null where nothing is left to be done. A question that Slack
 * refuses nobody would see: the group is `opening` then. Throws SaveConflict where the group was changed meanwhile.
 */
export async function showQuestion(group: AlertGroup, world: AlertWorld): Promise<number | null> {
  const isUnasked = group.phase === 'asked' && !group.question?.message;
  const wanted = phaseToShow(group) ?? 'asked';
  // What became of it is told once: the incident may be over by now, the answer stays.
  const isStale = group.question?.message && group.question.shown === 'asked' && wanted !== 'asked';
  if (!isUnasked && !isStale) return null;
  const { clock, store } = world;
  const name = `question:${openingRequest(group)}`;
  if (!(await store.takeTurn(name, turn))) return clock.now() + soon;
  try {
    await (isUnasked ? ask(group, world) : redraw(group, world));
    return null;
  } catch (error) {
    if (error instanceof SlackAway) return clock.now() + error.retryIn;
    if (!(error instanceof SlackRefused)) throw error;
    if (!isUnasked) return null;
    await store.saveAlertGroup({ ...group, phase: 'opening', since: clock.now() });
    return clock.now();
  } finally {
    await store.endTurn(name);
  }
}

/** What the message has to tell of; null while that is being decided. */
function phaseToShow({ phase }: AlertGroup): Question['shown'] | null {
  if (phase === 'opening') return null;
  return phase === 'waiting' ? 'quiet' : phase;
}

async function ask(group: AlertGroup, world: AlertWorld): Promise<void> {
  const { store, slack, catalog } = world;
  // Written down before it is posted: then it is known since when to look for it.
  const asked = group.question ? group : await store.saveAlertGroup(await withQuestion(group, world));
  const { question } = asked;
  if (!question) return;
  const channel = await slack.channelId(catalog.incidents?.channel ?? '');
  const key = `alert-question:${group.name}:${group.episode}`;
  const found = await slack.find(channel, key, question.askedAt);
  const message = found ?? (await slack.post(channel, alertQuestion(factsOf(asked, question)), key));
  await saveMessage(asked, message, world);
}

async function withQuestion(group: AlertGroup, world: AlertWorld): Promise<AlertGroup> {
  const { severity } = await lookBeforeOpening(group, world);
  const alerts = firing(group).map((m) => m.alert);
  const question: Question = {
    title: alerts[0]?.title ?? group.name,
    severity,
    alerts: alerts.length,
    since: Math.min(...alerts.map(({ at }) => at), world.clock.now()),
    link: alerts[0]?.link ?? null,
    askedAt: world.clock.now(),
    message: null,
    shown: 'asked',
  };
  return { ...group, question };
}

/** Somebody may have heard another alert of the group meanwhile: where the message is must not be lost to that. */
async function saveMessage(
  group: AlertGroup,
  message: { channel: string; ts: string },
  { store }: AlertWorld,
): Promise<void> {
  await store.saveAlertGroup({
    ...group,
    question: group.question && { ...group.question, message, shown: 'asked' },
  });
}

async function redraw(group: AlertGroup, { store, slack, clock }: AlertWorld): Promise<void> {
  const { question } = group;
  const shown = phaseToShow(group);
  if (!question?.message || shown === null) return;
  const answer = answerIn(group, clock.now());
  const facts = factsOf(group, question);
  const message = answer ? alertAnswered(facts, answer) : alertQuestion(facts);
  const key = `alert-question:${group.name}:${group.episode}`;
  await slack.update(question.message, message, key);
  await store.saveAlertGroup({ ...group, question: { ...question, shown } });
}

function answerIn({ phase, incident, answeredBy }: AlertGroup, now: number): AlertAnswer | null {
  if (phase === 'asked') return null;
  if (phase === 'open' && incident) return { kind: 'opened', incident, by: answeredBy, link: null };
  if (phase === 'dismissed' && answeredBy) return { kind: 'dismissed', by: answeredBy };
  return { kind: 'over', at: now };
}

const factsOf = (group: AlertGroup, { title, severity, alerts, since, link }: Question) => ({
  group: group.name,
  title,
  severity,
  service: group.service,
  environment: group.environment,
  alerts,
  since,
  link,
});
