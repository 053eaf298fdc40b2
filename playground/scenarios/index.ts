/** All scenarios, and how one is played: stage, transcript, script, and what must hold after every one of them. */
import { styleText } from 'node:util';
import { uniqBy } from 'es-toolkit';
import { people, workspace } from '../estate.ts';
import { namesIn, startTranscript } from '../say.ts';
import type { SlackWorkspace } from '../slack/types.ts';
import { type Stage, startStage } from '../stage.ts';
import { badRelease } from './bad-release.ts';
import { crash } from './crash.ts';
import { deploy } from './deploy.ts';
import { drill } from './drill.ts';
import { failedDeploy } from './failed-deploy.ts';
import { p1 } from './p1.ts';
import { rejected } from './rejected.ts';
import { rollback } from './rollback.ts';
import { Missing, type Scenario, scriptFor } from './script.ts';

export const scenarios: readonly Scenario[] = [
  deploy,
  rollback,
  badRelease,
  rejected,
  crash,
  p1,
  failedDeploy,
  drill,
];

export interface Playing {
  readonly scale: number;
  readonly print: (line: string) => void;
  /** Ends it early; the promise rejects once everything has ended. */
  readonly signal?: AbortSignal;
}

/** Gives what was missing; nothing means that everything expected happened. Leaves no process behind. */
export async function playScenario(scenario: Scenario, { scale, print, signal }: Playing): Promise<string[]> {
  const { running, workers } = scenario;
  const crashes: string[] = [];
  const stage = await startStage({
    scale,
    ...(running && { running }),
    ...(workers && { workers }),
    say: print,
    onCrash: (words) => crashes.push(words),
  });
  const stopTranscript = startTranscript({
    slack: stage.slack,
    names: namesIn(stage.slack, people, workspace.userGroups),
    people: people.map(({ name }) => name),
    print,
  });
  try {
    signal?.throwIfAborted();
    const note = (words: string) => print(styleText('magenta', `          — ${words} —`));
    await Promise.race([scenario.play(scriptFor(stage, note)), interruption(signal)]);
    return [...crashes, ...afterwards(stage)];
  } catch (error) {
    if (error instanceof Missing) return [error.message, ...crashes, ...complaints(stage)];
    throw error;
  } finally {
    stopTranscript();
    await stage.stop();
  }
}

/** Never settles, but rejects when somebody wants an early end. */
const interruption = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));

/** What must hold whatever was played. */
function afterwards(stage: Stage): string[] {
  return [...doubled(stage.slack), ...refused(stage.slack), ...complaints(stage)];
}

/** The same key in the metadata, or the same words in the same thread. */
function doubled(slack: SlackWorkspace): string[] {
  const seen = new Set<string>();
  const all = slack
    .channels()
    .flatMap(({ id }) => slack.messages(id).flatMap(({ ts, threadTs }) => slack.thread(id, threadTs ?? ts)));
  // An answer that is shown in the channel as well is one message.
  return uniqBy(all, ({ channel, ts }) => `${channel} ${ts}`)
    .filter(({ byBot }) => byBot)
    .flatMap((message) => {
      const marks = [
        `${message.channel} ${message.threadTs} ${message.text}`,
        JSON.stringify(message.metadata ?? message.ts),
      ];
      const isDouble = marks.some((mark) => seen.has(mark));
      for (const mark of marks) seen.add(mark);
      return isDouble ? [`A message came twice: ${message.text}`] : [];
    });
}

/** Waiting to be asked again is a part of Slack; every other refusal is the bot's mistake. */
function refused(slack: SlackWorkspace): string[] {
  return slack.log
    .filter(({ ok, error }) => !ok && error !== 'ratelimited')
    .map(({ method, error, errors }) => `Slack refused ${method}: ${[error, ...(errors ?? [])].join(', ')}`);
}

/** Lines that the bot logged as errors (pino's level 50 and above). */
function complaints({ bots }: Stage): string[] {
  return bots.flatMap(({ name, lines }) =>
    lines()
      .filter((line) => /"level":[56]0/.test(line))
      .map((line) => `${name} logged an error: ${line}`),
  );
}
