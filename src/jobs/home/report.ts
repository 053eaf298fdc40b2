/** What one person sees on the Home tab: of everything that goes on, what is theirs to see and to decide. */
import type { People } from '../../clients/people.ts';
import type { Store } from '../../clients/store/index.ts';
import type { Catalog } from '../../config/catalog.ts';
import type { Deployment, Person } from '../../records/deployment.ts';
import { type Incident, isOver } from '../../records/incident.ts';
import { cardButtons } from '../../templates/card-buttons.ts';
import type { HomeDeployment } from '../../templates/home/deployments.ts';
import type { HomeBlock } from '../../templates/home/environments.ts';
import type { HomeReport } from '../../templates/home.ts';
import { choiceOf, mayChoose } from '../deployment/decide.ts';
import { freezeRoles } from '../freeze-rights.ts';
import { maySee } from '../incident/take.ts';
import { type Happenings, type Looked, lookEvery, type Sight } from './sight.ts';

export interface ReportWorld {
  catalog: Catalog;
  people: Pick<People, 'may'>;
  store: Pick<Store, 'screen'>;
  sight: Sight;
}

/** Rights that Slack does not tell are none: a button that leads to a refusal is worse than one that is missing. */
export async function reportHome(
  user: string,
  now: number,
  world: ReportWorld,
): Promise<{ home: HomeReport; changesAt: number | null }> {
  const { catalog, sight } = world;
  const person: Person = { id: user, name: user };
  const [happenings, looked] = await Promise.all([sight.happenings(), sight.looked()]);
  const visible = await visibleIncidents(happenings, person, world);
  const shown = await Promise.all(happenings.deployments.map((d) => deploymentFor(d, person, world)));
  const waiting = shown.filter(isQuestion);
  const blocks = await blocksFor(happenings, visible, person, now, world);
  const home: HomeReport = {
    organization: catalog.organization,
    main: mainEnvironment(catalog),
    at: now,
    incidents: catalog.incidents
      ? await Promise.all(
          visible
            .filter((i) => !isOver(i))
            .map(async (incident) => ({ incident, link: await sight.linkOf(incident.card) })),
        )
      : null,
    waiting,
    inFlight: shown.filter((one) => !waiting.includes(one)),
    everywhere: blocks.filter(({ block }) => block.environment === null),
    environments: environmentsOf(looked, happenings, blocks),
    followUps: followUpsOf(user, happenings, visible),
  };
  return { home, changesAt: changesAt(home, happenings, looked) };
}

/** What somebody shall do is theirs to read, wherever it came from; of what is secret without its title. */
const followUpsOf = (user: string, { incidents }: Happenings, visible: readonly Incident[]) =>
  incidents.flatMap((i) =>
    i.followUps
      .filter(({ owner, done }) => owner?.id === user && done === null)
      .map((followUp) => ({
        incident: visible.includes(i) ? i : { ...i, title: '' },
        followUp,
      })),
  );

/** The one that matters most, as for alerts that name none. */
function mainEnvironment({ environments }: Catalog): string {
  const all = [...environments.values()];
  return (all.find(({ critical }) => critical) ?? all.at(-1))?.name ?? '';
}

/** What is secret is for those who work on it, and those who may. */
async function visibleIncidents(
  { incidents }: Happenings,
  person: Person,
  { catalog, people }: ReportWorld,
): Promise<Incident[]> {
  const rules = catalog.incidents;
  if (!rules) return [];
  const seen = await Promise.all(incidents.map((i) => maySee(i, person, null, people.may, rules)));
  return incidents.filter((_, index) => seen[index] === 'yes');
}

async function deploymentFor(
  d: Deployment,
  by: Person,
  { catalog, people, store, sight }: ReportWorld,
): Promise<HomeDeployment> {
  const offered = cardButtons(d).flatMap(({ elements }) => elements.flatMap((e) => e.action_id ?? []));
  const theirs = await Promise.all(
    offered.map(async (action) => {
      const choice = choiceOf.get(action);
      return choice !== undefined && (await mayChoose({ choice, by }, d, people.may, { catalog }));
    }),
  );
  const { channel, ts } = await store.screen(d.id);
  return {
    deployment: d,
    allowed: offered.filter(
      (action, index) => theirs[index] && !(choiceOf.get(action) === 'approve' && hasApproved(d, by)),
    ),
    link: await sight.linkOf(channel !== null && ts !== null ? { channel, ts } : null),
  };
}

const hasApproved = ({ approval }: Deployment, { id }: Person): boolean =>
  approval?.approvedBy.some((person) => person.id === id) ?? false;

/** Whoever can only call it off is not the one who is waited for. */
const isQuestion = ({ deployment: { step }, allowed }: HomeDeployment): boolean =>
  step === 'approval'
    ? allowed.some((action) => choiceOf.get(action) === 'approve')
    : step === 'hold' && allowed.length > 0;

async function blocksFor(
  { blocks, incidents }: Happenings,
  visible: readonly Incident[],
  person: Person,
  now: number,
  { catalog, people }: ReportWorld,
): Promise<HomeBlock[]> {
  const standing = blocks.filter(
    (b) => (b.until === null || b.until > now) && (b.kind === 'freeze' || catalog.incidents !== undefined),
  );
  const freezes = standing.some(({ kind }) => kind === 'freeze');
  const mayEnd = freezes && (await people.may(person, freezeRoles(catalog))) === 'yes';
  const hidden = new Set(incidents.filter((i) => !visible.includes(i)).map(({ id }) => id));
  return standing
    .toSorted((a, b) => a.since - b.since)
    .map((block) => ({
      block,
      mayEnd,
      isSecret: block.incident !== null && hidden.has(block.incident),
    }));
}

function environmentsOf(
  { environments }: Looked,
  { locks }: Happenings,
  blocks: readonly HomeBlock[],
): HomeReport['environments'] {
  return environments.map((environment) => ({
    ...environment,
    lock: locks.get(environment.name) ?? null,
    blocks: blocks.filter(({ block }) => block.environment === environment.name),
  }));
}

/**
 * The next instant at which the view changes although nothing happens: a freeze runs out, something is overdue, or what
 * runs may be looked at again after something happened. Null: none of them comes.
 */
function changesAt(
  { at, incidents, everywhere, environments, followUps }: HomeReport,
  { version }: Happenings,
  looked: Looked,
): number | null {
  const instants = [
    ...[...everywhere, ...environments.flatMap(({ blocks }) => blocks)].map(({ block }) => block.until),
    ...(incidents ?? []).map(({ incident }) => incident.clocks.update),
    ...followUps.map(({ followUp }) => followUp.due),
    version === looked.version ? null : looked.at + lookEvery,
  ].filter((instant) => instant !== null);
  const ahead = instants.filter((instant) => instant > at);
  return ahead.length > 0 ? Math.min(...ahead) : null;
}
