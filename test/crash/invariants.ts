/** What is true of every deployment that has ended, whatever died meanwhile. */
import { expect } from '@jest/globals';
import type { Cloud } from '../../playground/cloud/index.ts';
import type { Deployment } from '../../src/records/deployment.ts';
import type { Played } from './lane.ts';
import type { Stage } from './stage.ts';

/** To be asked right after the end, before anybody deploys there again. */
export function expectOneEnd({ cloud }: Stage, { d, story, expected }: Played): void {
  if (!d.ending || !expected.includes(d.ending)) {
    throw new Error(
      `${story}: ${d.ending}\n${JSON.stringify({ problem: d.problem, refusal: d.refusal, story: d.story }, null, 1)}`,
    );
  }
  const wentForward = d.ending === 'succeeded';
  for (const { service, from, forward } of d.releases) {
    const { taskDefinition, stable } = cloud.running(d.environment, service);
    const own = wentForward ? forward.revision?.ref : from?.ref;
    expect({ story, service, taskDefinition, stable }).toEqual({
      story,
      service,
      taskDefinition: own,
      stable: true,
    });
  }
}

/** Nothing was registered twice, and no service told twice to run the same. */
export function expectNothingTwice({ cloud }: Stage, { d, story }: Played): void {
  const writes = cloud.writes.filter(
    (write) => write.effect && write.at >= d.requestedAt && write.at <= (d.endedAt ?? 0) && isOf(d, write),
  );
  const names = writes.map(nameOf);
  expect({
    story,
    twice: names.filter((name, i) => names.indexOf(name) !== i).map((name) => name.slice(0, 120)),
  }).toEqual({
    story,
    twice: [],
  });
}

type Write = Cloud['writes'][number];

const isOf = (d: Deployment, { cluster, taskDefinition }: Write): boolean =>
  cluster === d.environment ||
  (cluster === undefined && taskDefinition?.includes(`/${d.environment}-`)) === true;

/** Two writes with the same name do the same. */
const nameOf = ({ operation, service, taskDefinition, input }: Write): string =>
  operation === 'RegisterTaskDefinition'
    ? `${operation} ${JSON.stringify(input)}`
    : `${operation} ${service} ${taskDefinition}`;

/** Every message of the deployment is there once, and the whole story is told. */
export async function expectToldOnce({ slack, store, until }: Stage, { d, story }: Played): Promise<void> {
  await until(`the whole story of ${d.id}`, 60, async () => {
    const screen = await store.screen(d.id);
    return screen.told === d.story.length || screen.answered ? true : undefined;
  });
  const parents = slack.messages('deployments').filter((m) => m.metadata?.event_payload.key === d.id);
  const [parent] = parents;
  if (!parent) throw new Error(`${d.id} has no message`);
  const keys = slack
    .thread('deployments', parent.ts)
    .map((message) => String(message.metadata?.event_payload.key))
    .toSorted();
  expect({ story, parents: parents.length, keys }).toEqual({ story, parents: 1, keys: [...new Set(keys)] });
  const ofIts = [d.id, ...keys.filter((key) => key.startsWith(`${d.id}#`))];
  expect(keys).toEqual(ofIts);
}

/** The audit has a line for each of the story, no fewer and no more. */
export async function expectAudited({ store }: Stage, { d, story }: Played): Promise<void> {
  const lines = (await store.auditTail(10_000, d.id)).map(({ what }) => what).reverse();
  const worker = lines.filter((what) => what.startsWith(`${d.kind}.`));
  expect({ story, worker }).toEqual({ story, worker: d.story.map(({ event }) => `${d.kind}.${event}`) });
}
