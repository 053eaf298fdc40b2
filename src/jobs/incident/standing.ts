/** Whether an act still fits an incident, and what a person is told where it does not. Pure. */
import type { IncidentRules } from '../../config/incidents.ts';
import type { What } from '../../records/act.ts';
import type { Person } from '../../records/deployment.ts';
import { type Incident, isOver } from '../../records/incident.ts';
import { Refusal } from '../../records/refusal.ts';
import { isUndoing, stillHolds } from './apply.ts';
import { nextUpdate } from './communicate.ts';

/** A refusal where the engine would leave the record as it is, else null. */
export function standing(
  i: Incident,
  what: What,
  by: Person,
  rules: Pick<IncidentRules, 'status_page' | 'mitigations'>,
): Refusal | null {
  if (!stillHolds(i, what)) return over(i);
  switch (what.kind) {
    case 'acknowledge':
      return (
        i.acknowledged &&
        done(`${who(i.acknowledged.by, by)} acknowledged ${i.id} already.`, 'Say join to work on it too.')
      );
    case 'join':
      return i.responders.some(({ id }) => id === by.id) ? nothing(`You are with ${i.id} already.`) : null;
    case 'claim':
      return claimed(i, what.role, by);
    case 'status':
      return i.status === what.to ? nothing(`${i.id} is ${what.to} already.`) : null;
    case 'severity':
      return i.severity === what.to ? nothing(`${i.id} is a ${what.to} already.`) : null;
    case 'check':
      return what.done === (i.checked[what.row] !== undefined)
        ? nothing(`That row is ${what.done ? 'ticked' : 'not ticked'} already.`)
        : null;
    case 'update':
    case 'skip-update':
      return updated(i, what.n, by);
    case 'mitigate':
      return mitigated(i, what, rules);
    case 'undo':
      if (isUndoing(i, what.n)) return done('That is being switched off already.', 'Wait for its end.');
      return i.mitigations.find(({ n }) => n === what.n)?.state === 'done'
        ? null
        : stale('There is nothing to undo any more.');
    case 'publish':
      if (i.drill) return drillsPublishNothing();
      return rules.status_page ? null : noStatusPage();
    case 'merge':
      return merged(i, what.into);
    case 'clear-halt':
      return cleared(i, by);
    case 'reopen':
      return i.status === 'resolved' ? null : notResolved(i);
    case 'follow-up-done':
      return followedUp(i, what.n, by);
    case 'retry':
      return i.effects.some((e) => e.key === what.effect && e.state !== 'done')
        ? null
        : stale('That got through meanwhile.');
    default:
      return null;
  }
}

const who = (person: Person, reader: Person): string => (person.id === reader.id ? 'You' : `@${person.name}`);

const done = (message: string, hint: string): Refusal => new Refusal('already-decided', message, hint);
const nothing = (message: string): Refusal => new Refusal('nothing-to-do', message, 'Nothing was changed.');
const stale = (message: string): Refusal =>
  new Refusal('stale', message, 'Use the buttons of the newest message.');

/** It has ended, so that is not taken any more. */
export function over({ id, status, mergedInto }: Incident): Refusal {
  if (status === 'merged') {
    return new Refusal(
      'incident-over',
      `${id} was merged into ${mergedInto}, which goes on.`,
      'Say it there.',
      mergedInto
        ? { label: `Timeline of ${mergedInto}`, command: `/incident timeline ${mergedInto}` }
        : undefined,
    );
  }
  return new Refusal(
    'incident-over',
    `${id} is resolved.`,
    'Reopen it, if it is not over; notes and follow-ups are still taken.',
    { label: `Reopen ${id}`, command: `/incident reopen ${id}` },
  );
}

function claimed({ id, roles }: Incident, role: keyof Incident['roles'], by: Person): Refusal | null {
  const holder = roles[role];
  if (!holder) return null;
  if (holder.id === by.id) return nothing(`You are ${role} of ${id} already.`);
  return done(
    `@${holder.name} is ${role} of ${id} already.`,
    'They, or whoever runs incidents, can hand it over.',
  );
}

/** The first answer to a draft counts. */
function updated(i: Incident, n: number, by: Person): Refusal | null {
  if (n === nextUpdate(i)) return null;
  const update = i.updates.find((u) => u.n === n);
  if (!update) return stale(`Update ${n} is not due yet.`);
  const how = update.state === 'skipped' ? 'skipped' : 'posted';
  const whom = update.by ? `by ${update.by.id === by.id ? 'you' : `@${update.by.name}`}` : 'by itself';
  return done(
    `Update ${n} of ${i.id} was already ${how} ${whom}.`,
    'Say /incident update to post another one.',
  );
}

function mitigated(
  i: Incident,
  { action, services }: Extract<What, { kind: 'mitigate' }>,
  { mitigations }: Pick<IncidentRules, 'mitigations'>,
): Refusal | null {
  const settings = {
    'scale-up': mitigations.scale_up,
    'rate-limiting': mitigations.rate_limiting,
    'maintenance-page': mitigations.maintenance_page,
  };
  const isMissing =
    (action === 'scale-up' || action === 'rate-limiting' || action === 'maintenance-page') &&
    settings[action] === undefined;
  if (isMissing && !i.drill) {
    return new Refusal(
      'not-here',
      `The catalog does not say how to do that (${action}).`,
      `Set incidents.mitigations.${action.replace('-', '_')} in it.`,
    );
  }
  const same = i.mitigations.find(
    (m) =>
      m.action === action &&
      m.services.join() === services.join() &&
      (m.state === 'asked' || m.state === 'under-way'),
  );
  return same
    ? done(`@${same.by.name} asked for that already, and it is under way.`, 'Wait for its end.')
    : null;
}

const drillsPublishNothing = (): Refusal =>
  new Refusal(
    'not-here',
    'A drill publishes nothing.',
    'The status page is for people outside: say with /incident note what you would have published.',
  );

const noStatusPage = (): Refusal =>
  new Refusal(
    'not-here',
    'No status page is configured.',
    'Set incidents.status_page in the catalog, and STATUSPAGE_TOKEN.',
  );

const merged = (i: Incident, into: string): Refusal | null =>
  i.id === into
    ? new Refusal(
        'unreadable',
        'An incident is no duplicate of itself.',
        'Say /incident merge and the other one.',
      )
    : null;

type Mergeable = Pick<Incident, 'id' | 'status' | 'mergedInto' | 'drill' | 'isPrivate'>;

/** Why `from` is no duplicate of `into`, as both are now; null where it may be. */
export function unmergeable(from: Mergeable, into: Mergeable): Refusal | null {
  if (into.status === 'merged') {
    return new Refusal(
      'incident-over',
      `${into.id} was merged into ${into.mergedInto} itself.`,
      'Name that one.',
    );
  }
  if (into.status === 'resolved') {
    return new Refusal(
      'incident-over',
      `${into.id} is resolved, and would do nothing about it any more.`,
      `Reopen ${into.id} first if it is not over; else resolve ${from.id} by itself.`,
      { label: `Reopen ${into.id}`, command: `/incident reopen ${into.id}` },
    );
  }
  const [drill, real] = from.drill ? [from, into] : [into, from];
  if (drill.drill !== null && real.drill === null) {
    return new Refusal(
      'not-here',
      `${drill.id} is a drill, and ${real.id} is not.`,
      `Resolve ${from.id} by itself: practice and what really happens are kept apart.`,
    );
  }
  if (from.isPrivate !== into.isPrivate) {
    const [secret, open] = from.isPrivate ? [from, into] : [into, from];
    return new Refusal(
      'not-here',
      `${secret.id} is private, and ${open.id} is not: merging would tell people of one what is kept in the other.`,
      `Resolve ${from.id} by itself, and note in it where the work goes on.`,
    );
  }
  return null;
}

function cleared({ id, halt }: Incident, by: Person): Refusal | null {
  if (!halt) return nothing(`${id} stopped nothing that could be cleared.`);
  return halt.cleared
    ? done(`${who(halt.cleared.by, by)} cleared ${id} already.`, 'Deployments go on.')
    : null;
}

function notResolved(i: Incident): Refusal {
  return isOver(i) ? over(i) : nothing(`${i.id} is not over, so there is nothing to reopen.`);
}

function followedUp(i: Incident, n: number, by: Person): Refusal | null {
  const followUp = i.followUps.find((f) => f.n === n);
  if (!followUp) {
    const known = i.followUps.map((f) => `${f.n} (${f.text.slice(0, 40)})`).slice(0, 10);
    return new Refusal(
      'unreadable',
      `${i.id} has no follow-up ${n}.`,
      known.length > 0 ? `It has ${known.join(', ')}.` : 'It has none at all.',
    );
  }
  return (
    followUp.done &&
    done(`${who(followUp.done.by, by)} finished follow-up ${n} already.`, 'Nothing is left of it.')
  );
}
