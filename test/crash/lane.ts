/** People who deploy and roll back in one environment, one deployment after the other, as chance has it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment, Ending } from '../../src/records/deployment.ts';
import type { Chance } from './chance.ts';
import { badVersions, type EnvironmentName, goodVersions, type Stage, services } from './stage.ts';

/** A deployment that has ended, and how it may have ended. */
export interface Played {
  d: Deployment;
  story: string;
  expected: readonly Ending[];
}

const longest = 150;

/** What to do next in an environment in which every service runs `running`; gives what became of it. */
export async function play(
  stage: Stage,
  environment: EnvironmentName,
  running: string,
  chance: Chance,
): Promise<Played> {
  const other = chance.oneOf(goodVersions.filter((version) => version !== running));
  switch (chance.oneOf(['good', 'good', 'bad', 'rollback', 'stopped'] as const)) {
    case 'good':
      return ended(stage, await deploy(stage, environment, other), `deploys ${other}`, ['succeeded']);
    case 'bad': {
      const bad = chance.oneOf(badVersions);
      return ended(stage, await deploy(stage, environment, bad), `deploys ${bad}`, ['rolled-back']);
    }
    case 'rollback':
      return ended(stage, await rollBack(stage, environment, other), `rolls back to ${other}`, ['succeeded']);
    case 'stopped': {
      const id = await deploy(stage, environment, other);
      await sleep(chance.between(0, 4_000));
      await press(stage, id, 'Stop and roll back', 'ben');
      return ended(stage, id, `deploys ${other} and stops`, ['succeeded', 'rolled-back', 'cancelled']);
    }
  }
}

async function deploy(stage: Stage, environment: EnvironmentName, version: string): Promise<string> {
  const id = idIn(await say(stage, `/deploy ${environment} all ${version}`, 'ana'));
  if (environment === 'production') {
    await stage.until(`the question of ${id}`, longest, async () =>
      (await stage.store.load(id))?.step === 'approval' ? true : undefined,
    );
    await stage.until(`ben's approval of ${id}`, longest, () => press(stage, id, 'Approve', 'ben'));
  }
  return id;
}

async function rollBack(stage: Stage, environment: EnvironmentName, version: string): Promise<string> {
  const command = `/rollback ${environment} all ${version} it hurts`;
  if (environment !== 'production') return idIn(await say(stage, command, 'carla'));
  await stage.slack.command(command, { as: 'carla' });
  await stage.until('the form', 30, () => stage.slack.modal('carla'));
  const told = stage.slack.ephemerals('carla').length;
  await stage.slack.fill({ 'Type ROLLBACK to go on': 'ROLLBACK' }, { as: 'carla' });
  return idIn(await stage.until('an answer', 30, () => stage.slack.ephemerals('carla')[told]?.text));
}

async function say({ slack }: Stage, command: string, as: string): Promise<string> {
  const { reply, error } = await slack.command(command, { as });
  return reply?.text ?? error ?? '';
}

function idIn(text: string): string {
  const id = /D-\d+/.exec(text)?.[0];
  if (!id) throw new Error(`no deployment: ${text}`);
  return id;
}

/** True once the button was there to be pressed; it may be gone, or not be there yet. */
async function press({ slack }: Stage, id: string, text: string, as: string): Promise<true | undefined> {
  const card = slack.messages('deployments').find((m) => m.metadata?.event_payload.key === id);
  if (!card || !JSON.stringify(card.blocks).includes(`"text":"${text}"`)) return undefined;
  await slack.click({ text }, { as, message: card });
  return true;
}

async function ended(stage: Stage, id: string, story: string, expected: readonly Ending[]): Promise<Played> {
  const d = await stage.until(`the end of ${id}, which ${story}`, longest, async () => {
    const now = await stage.store.load(id);
    return now?.step === 'ended' ? now : undefined;
  });
  return { d, story: `${d.environment}: ${id} ${story}`, expected };
}

/** The version that all services of an environment run by now. */
export function versionOf({ cloud }: Stage, environment: EnvironmentName): string {
  const versions = new Set(services.map((service) => cloud.running(environment, service).version));
  if (versions.size !== 1) throw new Error(`${environment} runs ${[...versions].join(', ')}`);
  return [...versions].join();
}
