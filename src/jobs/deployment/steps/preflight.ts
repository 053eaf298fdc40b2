/** Before anything is shown to the team: rights, versions, what runs now, the gates. Changes nothing. */
import {
  type Deployment,
  freshApproval,
  type RefusalRecord,
  type Release,
} from '../../../records/deployment.ts';
import { isOver } from '../../../records/incident.ts';
import { Refusal } from '../../../records/refusal.ts';
import { freshRollout, type Running } from '../../../records/rollout.ts';
import { sameVersion } from '../../../records/version.ts';
import type { Asked } from '../../gates/gate.ts';
import { askGates, recorded } from '../../gates/gate.ts';
import { gates } from '../../gates/index.ts';
import { noEmergency } from '../../gates/no-emergency.ts';
import { end, go, type Outcome, type Told } from '../outcome.ts';
import { mayStart } from '../rights.ts';
import { goesBack, makeWay, turnRound } from '../supersede.ts';
import { environmentOf, placeOf, type World } from '../world.ts';
import { versionFor } from './versions.ts';

export async function preflight(d: Deployment, world: World): Promise<Outcome> {
  await mayStart(d, world);
  await mayBegin(d, world);
  // "Back to what was good" stops what is under way, whatever there is to return to afterwards.
  const unnamed = d.kind === 'rollback' && d.wanted.version === null;
  const [turned] = unnamed ? await turnRound(d, world) : [];
  const running = await world.target.look(d.wanted.services.map((service) => placeOf(d, service, world)));
  const releases = await Promise.all(
    d.wanted.services.map((service) => planRelease(d, service, running.get(service), world)),
  ).catch((error: unknown) => {
    throw turned && error instanceof Refusal ? goesBack(turned) : error;
  });
  if (d.kind === 'rollback') await makeWay(d, world);
  refuseIfNothingChanges(d, releases, running);
  return passGates({ ...d, releases }, world);
}

async function planRelease(
  d: Deployment,
  service: string,
  running: Running | undefined,
  world: World,
): Promise<Release> {
  const place = placeOf(d, service, world);
  if (!running) {
    throw new Refusal(
      'not-here',
      `${service} does not exist in ${d.environment}: the target does not know ${place.target.service} in ${place.target.cluster}.`,
      'Check the names in the catalog, and that the service was created.',
    );
  }
  return {
    service,
    stage: place.stage,
    from: { version: running.version ?? 'unknown', ref: running.ref },
    to: await versionFor(d, place, running, world),
    forward: freshRollout,
    back: null,
  };
}

/** What no plan can change is said before anything else is asked, or told to make way. */
async function mayBegin(d: Deployment, world: World): Promise<void> {
  // What was wrong may be over by the time a rollback gets here, and yet nobody is to be kept from it.
  if (d.incident !== null && d.kind === 'deploy') await isOpen(d.incident, world);
  if (d.planOnly) return;
  const [emergency] = await askGates([noEmergency], d, world);
  if (emergency?.answer === 'unknown') throw new Error(emergency.because ?? emergency.title);
  if (emergency?.answer === 'no') {
    throw new Refusal('busy', `${emergency.because}.`, emergency.hint ?? 'Wait until it is cleared.');
  }
}

async function isOpen(id: string, { store, catalog }: World): Promise<void> {
  if (!catalog.incidents) {
    throw new Refusal('incidents-off', 'The catalog has no incidents.', 'Leave --incident out.');
  }
  const incident = await store.loadIncident(id);
  if (!incident) throw new Refusal('no-such-incident', `There is no ${id}.`, 'Look at /ops status.');
  if (!isOver(incident)) return;
  throw new Refusal('incident-over', `${id} is ${incident.status} already.`, 'Leave --incident out.');
}

/** What is not steady on a version may be deployed again. */
function refuseIfNothingChanges(
  d: Deployment,
  releases: readonly Release[],
  running: ReadonlyMap<string, Running>,
): void {
  const same = releases.every(
    ({ service, from, to }) =>
      running.get(service)?.steady &&
      from &&
      (to.ref ? to.ref === from.ref : sameVersion(to.version, from.version)),
  );
  if (!same) return;
  const list = releases.map((r) => `${r.service} ${r.to.version}`).join(', ');
  throw new Refusal('nothing-to-do', `${d.environment} already runs ${list}.`, 'Name another version.');
}

async function passGates(d: Deployment, world: World): Promise<Outcome> {
  const answers = await askGates(gates, d, world);
  const changes = { releases: d.releases, gates: answers.map(recorded) };
  if (d.planOnly) return end('planned', changes);
  const blocking = answers.find((a) => a.answer === 'no') ?? answers.find((a) => a.answer === 'unknown');
  if (blocking) return { kind: 'refuse', refusal: gateRefusal(blocking), changes };
  const approvals = environmentOf(d, world).approvals;
  const planned: Told = { event: 'planned', detail: exceptionsOf(d, answers) };
  if (!approvals || d.kind === 'rollback') return go('claim', changes, planned);
  const now = world.clock.now();
  const approval = freshApproval({
    round: (d.approval?.round ?? 0) + 1,
    required: approvals.required,
    askedAt: now,
    deadline: now + approvals.expire,
  });
  return go('approval', { ...changes, approval }, planned, { event: 'approval-asked' });
}

/** For the audit: with which right it passed where others do not. */
function exceptionsOf({ incident }: Deployment, answers: readonly Asked[]): string | null {
  const passed = answers.filter(({ answer }) => answer === 'skipped').map(({ because }) => because);
  return [incident && `for ${incident}`, ...passed].filter(Boolean).join('; ') || null;
}

const gateRefusal = (gate: Asked): RefusalRecord => ({
  code:
    gate.answer === 'unknown' ? 'gate-unknown' : gate.gate === 'verified-before' ? 'staging-first' : 'busy',
  message: gate.answer === 'unknown' ? `Could not tell: ${gate.title}: ${gate.because}.` : `${gate.because}.`,
  hint: gate.hint ?? '',
  ...(gate.suggestion && { suggestion: gate.suggestion }),
});
