/** What a simulated PagerDuty account holds: people, schedules on an escalation policy, incidents. */
import { createHash } from 'node:crypto';

export interface PagerDutyUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** Its people take turns, each for `shiftMs` of clock time. */
export interface PagerDutySchedule {
  readonly id: string;
  readonly name: string;
  /** On the escalation policy, 1 first. */
  readonly level: number;
  readonly users: readonly PagerDutyUser[];
  readonly shiftMs: number;
}

export interface PagerDutyIncidentState {
  readonly id: string;
  readonly number: number;
  readonly dedupKey: string;
  readonly title: string;
  readonly severity: 'critical' | 'error' | 'warning' | 'info';
  readonly source: string;
  readonly details: unknown;
  readonly createdAt: number;
  status: 'triggered' | 'acknowledged' | 'resolved';
  changedAt: number;
  level: number;
  assignees: readonly PagerDutyUser[];
  acknowledgements: readonly { readonly at: number; readonly by: Agent }[];
  /** Trigger events that this one incident stands for. */
  triggers: number;
}

/** Who or what did something. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly type: 'user_reference' | 'service_reference';
}

export interface Account {
  readonly users: readonly PagerDutyUser[];
  readonly schedules: readonly PagerDutySchedule[];
  readonly incidents: PagerDutyIncidentState[];
}

export const policy = { id: 'PPOLICY', name: 'Default' } as const;
export const pagerDutyService = { id: 'PSERVICE', name: 'Pilothouse' } as const;

/** PagerDuty's own ids look like this. */
export const idFor = (what: string): string =>
  `P${createHash('sha256').update(what).digest('hex').slice(0, 6).toUpperCase()}`;

export interface Shift {
  readonly user: PagerDutyUser;
  readonly start: number;
  readonly end: number;
}

/** Undefined where nobody is in the schedule. */
export function shiftAt({ users, shiftMs }: PagerDutySchedule, now: number): Shift | undefined {
  const turn = Math.floor(now / shiftMs);
  const user = users[turn % Math.max(1, users.length)];
  return user && { user, start: turn * shiftMs, end: (turn + 1) * shiftMs };
}

/** Those whom an incident on this level calls. */
export const calledAt = (account: Account, level: number, now: number): PagerDutyUser[] =>
  account.schedules
    .filter((schedule) => schedule.level === level)
    .flatMap((schedule) => shiftAt(schedule, now)?.user ?? []);

export const openIncident = (account: Account, dedupKey: string): PagerDutyIncidentState | undefined =>
  account.incidents.find((one) => one.dedupKey === dedupKey && one.status !== 'resolved');

export const agentOf = ({ id, name }: PagerDutyUser): Agent => ({ id, name, type: 'user_reference' });

/** The integration through which events come in acts as its service. */
export const integration: Agent = { ...pagerDutyService, type: 'service_reference' };
