/** What can happen to an incident of the simulated PagerDuty, whoever makes it happen; each change is announced. */
import {
  type Account,
  type Agent,
  calledAt,
  idFor,
  openIncident,
  type PagerDutyIncidentState,
} from './account.ts';

export type IncidentEvent =
  | 'incident.triggered'
  | 'incident.acknowledged'
  | 'incident.escalated'
  | 'incident.resolved';

/** `by` null: nobody in particular. */
export type Announce = (event: IncidentEvent, incident: PagerDutyIncidentState, by: Agent | null) => void;

export interface Changes {
  /** PagerDuty documentation, "Alert De-Duplication": one open incident for a key; after it was resolved, a new one. */
  trigger(
    event: Pick<PagerDutyIncidentState, 'dedupKey' | 'title' | 'severity' | 'source' | 'details'>,
    by: Agent,
  ): void;
  /** Dropped where no incident of this key is open. */
  acknowledge(dedupKey: string, by: Agent): void;
  resolve(dedupKey: string, by: Agent): void;
  escalate(incident: PagerDutyIncidentState, level: number, by: Agent): void;
}

export function incidentChanges(account: Account, now: () => number, announce: Announce): Changes {
  return {
    trigger: (event, by) => {
      const open = openIncident(account, event.dedupKey);
      if (open) {
        open.triggers += 1;
        return;
      }
      const at = now();
      const number = account.incidents.length + 1;
      const incident: PagerDutyIncidentState = {
        ...event,
        id: idFor(`incident ${number}`),
        number,
        createdAt: at,
        changedAt: at,
        status: 'triggered',
        level: 1,
        assignees: calledAt(account, 1, at),
        acknowledgements: [],
        triggers: 1,
      };
      account.incidents.push(incident);
      announce('incident.triggered', incident, by);
    },
    acknowledge: (dedupKey, by) => {
      const open = openIncident(account, dedupKey);
      if (open?.status !== 'triggered') return;
      const at = now();
      Object.assign(open, {
        status: 'acknowledged',
        changedAt: at,
        acknowledgements: [...open.acknowledgements, { at, by }],
      });
      announce('incident.acknowledged', open, by);
    },
    resolve: (dedupKey, by) => {
      const open = openIncident(account, dedupKey);
      if (!open) return;
      Object.assign(open, { status: 'resolved', changedAt: now(), assignees: [], acknowledgements: [] });
      announce('incident.resolved', open, by);
    },
    escalate: (incident, level, by) => {
      const at = now();
      Object.assign(incident, {
        status: 'triggered',
        changedAt: at,
        level,
        assignees: calledAt(account, level, at),
        acknowledgements: [],
      });
      announce('incident.escalated', incident, by);
    },
  };
}
