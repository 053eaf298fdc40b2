/** Freezes and thaws environments: stored, audited, and announced where deployments are shown. */
import type { People } from '../clients/people.ts';
import type { SlackWriter } from '../clients/slack.ts';
import { remedyFor } from '../clients/slack-channel.ts';
import { SlackRefused } from '../clients/slack-errors.ts';
import type { Store } from '../clients/store/index.ts';
import { type Block, blocksOn, type FreezeChange, freezeId } from '../records/block.ts';
import { Refusal } from '../records/refusal.ts';
import type { Message } from '../templates/message.ts';
import { freezeAnnounced, freezeUnseen, frozen, thawed } from '../templates/ops-freeze.ts';
import { utc } from '../templates/text.ts';
import { rightsRefusal } from './deployment/rights.ts';
import type { World } from './deployment/world.ts';
import { freezeRoles } from './freeze-rights.ts';
import type { Queues } from './queues.ts';

interface Needs {
  store: Pick<Store, 'blocks' | 'putBlock' | 'removeBlock' | 'audit'>;
  queues: Pick<Queues, 'run'>;
}

/**
 * What whoever may do so wants, and the answer to it. `key` names the command; the announcement follows from a worker.
 * Throws a `Refusal` where there is nothing to thaw.
 */
export async function changeFreeze(
  key: string,
  change: FreezeChange,
  { store, queues }: Needs,
): Promise<Message> {
  const { environment, at, by, from, channel } = change;
  const id = freezeId(environment);
  const standing = freezesAt(await store.blocks(), at);
  const before = standing.find((b) => b.id === id) ?? null;
  if (change.verb === 'thaw') {
    if (!before) throw notFrozen(environment, standing);
    await store.removeBlock(id);
  } else await store.putBlock(blockFrom(change));
  await store.audit({
    at,
    who: by,
    what: change.verb === 'thaw' ? 'freeze.lifted' : 'freeze.set',
    deployment: null,
    environment,
    detail: change.verb === 'thaw' ? (before?.reason ?? null) : detailOf(change),
    from,
    channel,
  });
  await queues.run(`${key}-announced`, { kind: 'freeze-announced', change, person: by, channel });
  const others = standing.filter((b) => b.id !== id && b.environment === null);
  return change.verb === 'thaw' ? thawed(environment, others[0] ?? null) : frozen(blockFrom(change), before);
}

/** For whoever's rights have to be read first. Throws a `Refusal`, or another error where they cannot be told now. */
export async function freezeIfAllowed(
  key: string,
  change: FreezeChange,
  world: Needs & { people: Pick<People, 'may'>; catalog: World['catalog'] },
): Promise<Message> {
  const roles = freezeRoles(world.catalog);
  const refusal = rightsRefusal(
    await world.people.may(change.by, roles),
    'freeze or thaw environments',
    roles,
  );
  if (refusal) throw refusal;
  return changeFreeze(key, change, world);
}

/** Everybody who deploys sees it; gives what to tell the person instead where Slack does not take it there, else null. */
export async function announceFreeze(
  change: FreezeChange,
  { slack, catalog }: { slack: Pick<SlackWriter, 'channelId' | 'find' | 'post'>; catalog: World['catalog'] },
): Promise<Message | null> {
  const key = `${change.verb}:${change.environment ?? 'all'}:${change.at}`;
  const message = freezeAnnounced(change);
  try {
    const channel = await slack.channelId(catalog.slack.deployments);
    const posted = await slack.find(channel, key, change.at);
    if (!posted) await slack.post(channel, message, key);
    return null;
  } catch (error) {
    if (!(error instanceof SlackRefused)) throw error;
    return freezeUnseen(catalog.slack.deployments, remedyFor(error));
  }
}

/** A freeze whose reason begins with an incident stands in its timeline; safe to call again. */
export async function noteFreeze(change: FreezeChange, { store, queues, catalog }: NoteWorld): Promise<void> {
  const id = change.verb === 'freeze' ? incidentOf(change.reason) : null;
  if (change.verb === 'thaw' || id === null || !catalog.incidents) return;
  const { environment, until, at, by, from, channel } = change;
  const end = until === null ? 'somebody thaws it' : utc(until);
  const text = `Froze ${environment ?? 'all environments'} until ${end}: deploys are refused, rollbacks go on`;
  const what = { kind: 'note' as const, text, links: [], message: null, said: at };
  if (await store.tellIncident(id, `${freezeId(environment)}:${at}`, { at, by, from, channel, what })) {
    await queues.wakeIncident(id);
  }
}

interface NoteWorld {
  store: Pick<Store, 'tellIncident'>;
  queues: Pick<Queues, 'wakeIncident'>;
  catalog: Pick<World['catalog'], 'incidents'>;
}

/** As an incident's Freeze button writes it: "INC-12 Checkout is down". */
const incidentOf = (reason: string): string | null =>
  /^INC-[1-9]\d{0,8}\b/i.exec(reason)?.[0].toUpperCase() ?? null;

/** Those that hold at this time, of whatever environment. */
const freezesAt = (blocks: readonly Block[], now: number): Block[] =>
  blocks.filter((b) => b.kind === 'freeze' && blocksOn([b], b.environment ?? '', now).length > 0);

const blockFrom = (change: Extract<FreezeChange, { verb: 'freeze' }>): Block => ({
  id: freezeId(change.environment),
  kind: 'freeze',
  environment: change.environment,
  since: change.at,
  until: change.until,
  by: change.by,
  reason: change.reason,
  incident: null,
});

/** The audit is read as it is, so times are ISO. */
const detailOf = ({ until, reason }: Extract<FreezeChange, { verb: 'freeze' }>): string =>
  until === null ? reason : `until ${new Date(until).toISOString()}: ${reason}`;

function notFrozen(environment: string | null, standing: readonly Block[]): Refusal {
  const names = standing.map((b) => b.environment ?? 'all');
  const [other] = names;
  return new Refusal(
    'nothing-to-do',
    environment === null
      ? 'There is no freeze of all environments.'
      : `${environment} is not frozen by itself.`,
    other ? `Frozen is ${names.join(', ')}.` : 'Nothing is frozen.',
    other && names.length === 1 ? { label: `Thaw ${other}`, command: `/ops thaw ${other}` } : undefined,
  );
}
