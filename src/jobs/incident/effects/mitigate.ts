/** Mitigations that the bot carries out itself (runbook 001: scale up, rate limiting, maintenance page, force new deployment). */
import type { ServicePlace } from '../../../config/catalog.ts';
import type { Incident, Mitigation } from '../../../records/incident.ts';
import { Refusal } from '../../../records/refusal.ts';
import { drillMitigation } from '../drill.ts';
import { type IncidentWorld, rulesOf } from '../world.ts';
import { refuseWhereHeld } from './held.ts';
import type { Again, Carry } from './index.ts';

/** Milliseconds between two looks at services that settle. */
const lookEvery = 5_000;
/** After this long a restart or a scaling counts as failed; like a rollout's own time-out. */
const givenUpAfter = 15 * 60_000;

export const mitigate: Carry<'mitigate'> = async (i, { what }, world) => {
  const m = i.mitigations.find(({ n }) => n === what.n);
  if (!m) return {};
  const report = (
    state: 'under-way' | 'done' | 'failed' | 'undone',
    detail: string,
    desired?: Record<string, number>,
  ) => tell(i, m, state, detail, world, desired);
  try {
    if (i.drill) return await report('done', drillMitigation(i, m));
    switch (m.action) {
      case 'restart':
        return await restart(i, m, world, report);
      case 'scale-up':
        return await scaleUp(i, m, world, report);
      case 'rate-limiting':
      case 'maintenance-page':
        await switchRule(m.action, 'on', world);
        return await report('done', `${nameOf[m.action]} is on`);
      default:
        return await report('failed', 'That is done by a deployment or a freeze, not from here');
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return report('failed', `${error.message} ${error.hint}`);
  }
};

export const undo: Carry<'undo'> = async (i, { what }, world) => {
  const m = i.mitigations.find(({ n }) => n === what.n);
  if (m?.action !== 'rate-limiting' && m?.action !== 'maintenance-page') return {};
  if (!i.drill) await switchRule(m.action, 'off', world);
  return tell(i, m, 'undone', `${nameOf[m.action]} is off again`, world);
};

const nameOf = { 'rate-limiting': 'Rate limiting', 'maintenance-page': 'The maintenance page' } as const;

type Report = (
  state: 'under-way' | 'done' | 'failed',
  detail: string,
  desired?: Record<string, number>,
) => Promise<Record<string, never>>;

/** `name` tells the inbox apart what was said of a mitigation when. */
async function tell(
  i: Incident,
  m: Mitigation,
  state: 'under-way' | 'done' | 'failed' | 'undone',
  detail: string,
  { store, queues, clock }: IncidentWorld,
  desired?: Record<string, number>,
): Promise<Record<string, never>> {
  await store.tellIncident(i.id, `mitigation-${m.n}/${state}`, {
    at: clock.now(),
    by: null,
    from: 'worker',
    channel: null,
    what: { kind: 'mitigation', n: m.n, state, detail: detail.slice(0, 500), ...(desired && { desired }) },
  });
  await queues.wakeIncident(i.id);
  return {};
}

async function restart(i: Incident, m: Mitigation, world: IncidentWorld, report: Report) {
  const places = placesOf(i, m, world);
  if (m.state === 'asked') {
    await refuseWhereHeld(i.environment, m.by, world);
    for (const place of places) await world.target.restart(place, m.at);
    await report('under-way', `New tasks are being started: ${names(places)}`);
  }
  return settle(m, places, `Restarted ${names(places)}`, world, report);
}

/** How many tasks are wanted is decided once and kept in the record: doing it twice must not scale twice. */
async function scaleUp(i: Incident, m: Mitigation, world: IncidentWorld, report: Report) {
  const places = placesOf(i, m, world);
  const rule = rulesOf(world).mitigations.scale_up;
  if (!rule)
    throw new Refusal(
      'not-here',
      'The catalog does not say how far to scale up.',
      'Set incidents.mitigations.scale_up.',
    );
  if (Object.keys(m.desired).length === 0) {
    await refuseWhereHeld(i.environment, m.by, world);
    const desired: Record<string, number> = {};
    const changes: string[] = [];
    const full: string[] = [];
    for (const place of places) {
      const { desired: now } = await world.target.capacity(place);
      const wanted = Math.max(now, Math.min(now + rule.by, rule.most));
      desired[place.service] = wanted;
      if (wanted > now) changes.push(`${place.service} ${now} → ${wanted} tasks`);
      else full.push(`${place.service} has ${now} tasks already`);
    }
    if (changes.length === 0)
      return report('failed', `${full.join(', ')}, and the catalog allows ${rule.most}`);
    await report('under-way', changes.join(', '), desired);
    return { again: 200 };
  }
  for (const place of places) {
    const wanted = m.desired[place.service] ?? 0;
    if ((await world.target.capacity(place)).desired === wanted) continue;
    // A deployment or an emergency may have begun since it was decided.
    await refuseWhereHeld(i.environment, m.by, world);
    await world.target.scale(place, wanted);
  }
  return settle(m, places, `Scaled up ${names(places)}`, world, report);
}

async function settle(
  m: Mitigation,
  places: readonly ServicePlace[],
  done: string,
  world: IncidentWorld,
  report: Report,
): Promise<Record<string, never> | Again> {
  const looks = await Promise.all(places.map((place) => world.target.isSettled(place)));
  const open = looks.flatMap((look, index) =>
    look.settled ? [] : `${places[index]?.service}: ${look.detail}`,
  );
  if (open.length === 0) return report('done', done);
  if (world.clock.now() - m.at > givenUpAfter)
    return report('failed', `Not settled in time: ${open.join(', ')}`);
  return { again: lookEvery };
}

function placesOf(i: Incident, { services }: Mitigation, world: IncidentWorld): ServicePlace[] {
  const wanted = services.length > 0 ? services : i.services;
  const places = wanted.flatMap((service) => world.catalog.place(service, i.environment) ?? []);
  if (places.length === 0) {
    throw new Refusal(
      'not-here',
      'No affected service is known.',
      'Name the services with /incident services first.',
    );
  }
  return places;
}

async function switchRule(
  action: 'rate-limiting' | 'maintenance-page',
  to: 'on' | 'off',
  world: IncidentWorld,
): Promise<void> {
  const { rate_limiting, maintenance_page } = rulesOf(world).mitigations;
  const rule = action === 'rate-limiting' ? rate_limiting : maintenance_page;
  if (!rule)
    throw new Refusal('not-here', `The catalog has no ${action}.`, 'Set it in incidents.mitigations.');
  await world.alb.ensurePriority(rule.alb_rule, rule[to]);
}

const names = (places: readonly ServicePlace[]): string => places.map(({ service }) => service).join(', ');
