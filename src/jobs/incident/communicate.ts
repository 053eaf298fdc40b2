/** Updates at their time (runbook 001: "Post updates every 15 minutes"): by a person, or by themselves. Pure. */
import type { IncidentRules } from '../../config/incidents.ts';
import type { WhatOf } from '../../records/act.ts';
import type { Person } from '../../records/deployment.ts';
import { type Incident, isOver, type Update } from '../../records/incident.ts';
import { draftOf, filled } from '../../templates/incident/messages.ts';
import { refreshed } from './course.ts';
import { announced, changedEffect, noted, posted, withEffect } from './pen.ts';

/** An update that nobody could be shown for so long is escalated. */
const undeliveredAfter = 5 * 60_000;

/** The number that the next update will have. */
export const nextUpdate = ({ updates }: Incident): number => (updates.at(-1)?.n ?? 0) + 1;

type Asked = Omit<WhatOf<'update'>, 'kind'>;
type PublicStatus = WhatOf<'publish'>['status'];

/** A person's update; a second one for the same slot is not sent. The interval begins anew. */
export function sendUpdate(
  i: Incident,
  asked: Asked,
  by: Person,
  at: number,
  rules: IncidentRules,
): Incident {
  if (asked.n !== nextUpdate(i)) return i;
  const { n, status, action, eta } = asked;
  const dueAt = i.clocks.update ?? at;
  const mitigatedAt = status === 'monitoring' ? (i.mitigatedAt ?? at) : null;
  const known = { ...i, status, action, eta, mitigatedAt };
  const update: Update = { n, dueAt, at, by, state: 'sent', status, action, eta, missed: 0 };
  return send(known, update, at, rules, at, asked.public ?? false);
}

export function skipUpdate(i: Incident, n: number, by: Person, at: number, rules: IncidentRules): Incident {
  if (n !== nextUpdate(i)) return i;
  const { status, action, eta } = draftOf(i, rules, at);
  const dueAt = i.clocks.update ?? at;
  const skipped: Update = { n, dueAt, at, by, state: 'skipped', status, action, eta, missed: 0 };
  const next = noted({ ...i, updates: [...i.updates, skipped] }, at, {
    kind: 'update-skipped',
    by,
    text: `Update ${n} was skipped by @${by.name}`,
  });
  return rewound(next, rules, at);
}

/** The draft is offered some minutes before it is due. */
export function offerDraft(i: Incident, now: number): Incident {
  const n = nextUpdate(i);
  const dueAt = i.clocks.update ?? now;
  const offered = refreshed({ ...i, clocks: { ...i.clocks, draft: null } }, now);
  const post = { kind: 'draft' as const, n, dueAt };
  return withEffect(offered, now, `draft-${n}`, { kind: 'post', place: 'home', post }, now + lookTakes);
}
/** What is offered should know what a look finds now. */
const lookTakes = 5_000;

/**
 * The slot is there and nobody answered. After an outage one update catches up, and the slots that nobody got are in the
 * timeline; while an earlier one still waits for Slack, that one is renewed instead of sending more.
 */
export function updateDue(i: Incident, now: number, rules: IncidentRules): Incident {
  const every = rules.severities[i.severity].update_every;
  const dueAt = i.clocks.update;
  if (every === null || dueAt === null) return { ...i, clocks: { ...i.clocks, update: null, draft: null } };
  const slots = Math.floor((now - dueAt) / every);
  // The grid of slots is kept, so that being some milliseconds late each time adds up to nothing.
  const slot = dueAt + slots * every;
  const waiting = undelivered(i);
  if (waiting) return renewed(i, waiting, slots + 1, now, slot, rules);
  if (!rules.updates.automatic) return missing(i, now, slot, rules);
  const n = nextUpdate(i);
  const said = missed(i, slots, dueAt, now);
  const update: Update = {
    n,
    dueAt: slot,
    at: now,
    by: null,
    state: 'sent',
    missed: slots,
    ...draftOf(i, rules, now),
  };
  return send(said, update, now, rules, slot);
}

function send(
  i: Incident,
  update: Update,
  now: number,
  rules: IncidentRules,
  from: number,
  mayPublish = false,
): Incident {
  const { n, by, action, status } = update;
  const how = by ? `by @${by.name}` : 'automatically';
  const line = noted({ ...i, updates: [...i.updates, update] }, now, {
    kind: 'update',
    by,
    text: `Update ${n} (${how}): ${status}. ${action}`,
  });
  const said = announced(line, now, `update-${n}`, { kind: 'update', n });
  const next = rewound(onStatusPage(said, update, now, rules, mayPublish), rules, from);
  return { ...next, clocks: { ...next.clocks, overdue: now + undeliveredAfter } };
}

/** The next slot, counted from `from`. */
function rewound(i: Incident, rules: IncidentRules, from: number): Incident {
  const every = rules.severities[i.severity].update_every;
  const update = every === null || isOver(i) ? null : from + every;
  const draft = update === null ? null : update - rules.updates.draft_before;
  return { ...i, clocks: { ...i.clocks, update, draft } };
}

/** To publish is a right of its own: without it the public reads how far it is, but nobody's words and no details. */
const publicWords: Readonly<Record<Update['status'], { status: PublicStatus; action: string }>> = {
  investigating: { status: 'investigating', action: 'We are looking for the cause' },
  identified: { status: 'identified', action: 'The cause is known, and we are working on it' },
  mitigating: { status: 'identified', action: 'We are putting it right' },
  monitoring: { status: 'monitoring', action: 'It looks good again, and we keep watching' },
  resolved: { status: 'investigating', action: 'The problem is solved' },
  merged: { status: 'investigating', action: 'We are working on it' },
};

/** What was made public once is kept up to date. */
function onStatusPage(
  i: Incident,
  { n, status, missed: earlier }: Update,
  now: number,
  rules: IncidentRules,
  mayPublish = false,
): Incident {
  if (i.statusPage === null) return i;
  const update = i.updates.find((u) => u.n === n);
  const isRenewed = i.effects.some(({ key }) => key === `publish-update-${n}`);
  return withEffect(i, now, isRenewed ? `publish-update-${n}-${earlier}` : `publish-update-${n}`, {
    kind: 'publish',
    n: i.effects.length,
    status: publicWords[status].status,
    body: filled(
      'update',
      i,
      rules,
      now,
      update && !mayPublish ? { ...update, action: publicWords[status].action } : update,
    ),
    components: {},
  });
}

/** The newest update where nobody could be shown it yet. */
function undelivered(i: Incident): Update | null {
  const last = i.updates.at(-1);
  if (last?.state !== 'sent') return null;
  const posts = i.effects.filter(
    (e) => e.what.kind === 'post' && e.what.post.kind === 'update' && e.what.post.n === last.n,
  );
  return posts.length > 0 && posts.every((e) => e.state === 'due') ? last : null;
}

function renewed(
  i: Incident,
  last: Update,
  slots: number,
  now: number,
  slot: number,
  rules: IncidentRules,
): Incident {
  // What a person wrote stays theirs; what the bot wrote should say what is true by now.
  const said = last.by ? {} : { ...draftOf(i, rules, now), at: now };
  const fresh = { ...last, ...said, missed: last.missed + slots };
  const next = noted({ ...i, updates: i.updates.map((u) => (u.n === last.n ? fresh : u)) }, now, {
    kind: 'update-missed',
    text: `An update was due, but Slack did not take update ${last.n} yet: one will catch up`,
  });
  // The status page does not have to wait for Slack.
  return rewound(onStatusPage(next, fresh, now, rules), rules, slot);
}

function missed(i: Incident, slots: number, dueAt: number, now: number): Incident {
  if (slots === 0) return i;
  return noted(i, now, {
    kind: 'update-missed',
    at: dueAt,
    text: `${slots === 1 ? 'An update was' : `${slots} updates were`} due while the bot was away`,
  });
}

/** Nobody wrote it, and the catalog wants no automatic ones: whoever leads is asked. */
function missing(i: Incident, now: number, slot: number, rules: IncidentRules): Incident {
  const n = nextUpdate(i);
  const line = noted(i, now, { kind: 'update-missed', text: `Update ${n} is overdue` });
  const leader = i.roles.commander ?? i.roles.communications ?? i.acknowledged?.by;
  const asked = posted(line, now, `overdue-${n}-${slot}`, { kind: 'overdue-update', n });
  const direct = leader
    ? withEffect(asked, now, `overdue-${n}-${slot}-direct`, {
        kind: 'direct',
        to: leader.id,
        post: { kind: 'overdue-update', n },
      })
    : asked;
  return rewound(direct, rules, slot);
}

/** Slack took none of it for minutes: whoever is on call hears it another way. */
export function escalateUndelivered(i: Incident, now: number): Incident {
  const waiting = undelivered(i);
  const next = { ...i, clocks: { ...i.clocks, overdue: null } };
  if (!waiting) return next;
  const why = `Update ${waiting.n} of ${i.id} cannot be posted: ${troubleOf(i) ?? 'Slack does not take it'}`;
  return withEffect(next, now, `overdue-page-${waiting.n}`, { kind: 'page', level: i.clocks.level, why });
}

const troubleOf = (i: Incident): string | null =>
  i.effects.findLast((e) => e.what.kind === 'post' && e.trouble !== null)?.trouble ?? null;

/** Drafts that were not sent yet must not be after the end. */
export function withoutDrafts(i: Incident, now: number): Incident {
  return i.effects
    .filter((e) => e.state === 'due' && e.what.kind === 'post' && e.what.post.kind === 'draft')
    .reduce((next, e) => changedEffect(next, e.key, { state: 'done', notBefore: now }), i);
}
