/** People, on-calls and incidents as PagerDuty's REST API and webhooks print them. */
import {
  type Agent,
  agentOf,
  type PagerDutyIncidentState,
  type PagerDutySchedule,
  type PagerDutyUser,
  pagerDutyService,
  policy,
  type Shift,
} from './account.ts';

const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const reference = (type: string, { id, name }: { readonly id: string; readonly name: string }) => {
  const path = `${type.replace('_reference', '').replace(/y$/, 'ie')}s/${id}`;
  return {
    id,
    type,
    summary: name,
    self: `https://api.pagerduty.com/${path}`,
    html_url: `https://pilothouse.pagerduty.com/${path}`,
  };
};

const fullUser = (user: PagerDutyUser) => ({
  ...reference('user', user),
  type: 'user',
  name: user.name,
  email: user.email,
});

export const onCallEntry = (
  schedule: PagerDutySchedule,
  { user, start, end }: Shift,
  withUsers: boolean,
) => ({
  user: withUsers ? fullUser(user) : reference('user_reference', user),
  schedule: reference('schedule_reference', schedule),
  escalation_policy: reference('escalation_policy_reference', policy),
  escalation_level: schedule.level,
  start: iso(start),
  end: iso(end),
});

const linkTo = ({ id }: PagerDutyIncidentState) => ({
  self: `https://api.pagerduty.com/incidents/${id}`,
  html_url: `https://pilothouse.pagerduty.com/incidents/${id}`,
});

export const restIncident = (incident: PagerDutyIncidentState) => ({
  id: incident.id,
  type: 'incident',
  ...linkTo(incident),
  summary: `[#${incident.number}] ${incident.title}`,
  incident_number: incident.number,
  title: incident.title,
  created_at: iso(incident.createdAt),
  updated_at: iso(incident.changedAt),
  status: incident.status,
  incident_key: incident.dedupKey,
  service: reference('service_reference', pagerDutyService),
  assignments: incident.assignees.map((user) => ({
    at: iso(incident.changedAt),
    assignee: reference('user_reference', user),
  })),
  assigned_via: 'escalation_policy',
  last_status_change_at: iso(incident.changedAt),
  resolved_at: incident.status === 'resolved' ? iso(incident.changedAt) : null,
  escalation_policy: reference('escalation_policy_reference', policy),
  acknowledgements: incident.acknowledgements.map(({ at, by }) => ({
    at: iso(at),
    acknowledger: reference(by.type, by),
  })),
  urgency: incident.severity === 'critical' || incident.severity === 'error' ? 'high' : 'low',
});

/** PagerDuty documentation, webhooks "Overview", event data type "incident". */
export const webhookIncident = (incident: PagerDutyIncidentState) => ({
  id: incident.id,
  type: 'incident',
  ...linkTo(incident),
  number: incident.number,
  status: incident.status,
  incident_key: incident.dedupKey,
  created_at: iso(incident.createdAt),
  title: incident.title,
  service: reference('service_reference', pagerDutyService),
  assignees: incident.assignees.map((user) => {
    const { type, ...agent } = agentOf(user);
    return reference(type, agent);
  }),
  escalation_policy: reference('escalation_policy_reference', policy),
  teams: [],
  priority: null,
  urgency: incident.severity === 'critical' || incident.severity === 'error' ? 'high' : 'low',
  conference_bridge: null,
  resolve_reason: null,
});

export const agentShape = (by: Agent | null) => by && reference(by.type, by);
