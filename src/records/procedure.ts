/** The P1 procedure of runbook 001 as a live checklist, with the rows of runbook 004 that are for people. No I/O here. */
import { hasRoom, type Incident, isOver } from './incident.ts';

export const phases = ['alert', 'assess', 'mitigate', 'communicate', 'resolve', 'post-mortem'] as const;
export type Phase = (typeof phases)[number];

export interface Row {
  /** What `check` acts name. */
  key: string;
  phase: Phase;
  text: string;
  done: boolean;
  /** People tick it; else the bot knows by itself. */
  byHand: boolean;
}

/** Runbook 001, "P1 Incident Procedure": the minutes after the declaration in which a phase is due, or null. */
export const phaseMinutes: Readonly<Record<Phase, string | null>> = {
  alert: '0–5 min',
  assess: '5–10 min',
  mitigate: '10–30 min',
  communicate: null,
  resolve: null,
  'post-mortem': null,
};

/** The rows that make sense now, in running order. */
export function procedureOf(i: Incident): Row[] {
  const known = (phase: Phase, key: string, text: string, done: boolean): Row => ({
    key,
    phase,
    text,
    done,
    byHand: false,
  });
  const hand = (phase: Phase, key: string, text: string): Row => ({
    key,
    phase,
    text,
    done: i.checked[key] !== undefined,
    byHand: true,
  });
  const over = isOver(i);
  const failedRollback = i.mitigations.some((m) => m.action.startsWith('roll-back') && m.state === 'failed');
  const rows: (Row | false)[] = [
    known('alert', 'alert-received', 'Alert received', true),
    known('alert', 'acknowledged', 'On-call engineer acknowledged', i.acknowledged !== null),
    hasRoom(i) && known('alert', 'war-room', 'War room created in Slack', i.room !== null),
    // Runbook 004: "Verify the issue (not a monitoring false positive)".
    i.source.kind === 'alert' && hand('assess', 'not-false', 'Is it real, not a monitoring false positive?'),
    known('assess', 'health-checked', 'Service health and ECS status checked', i.findings !== null),
    known(
      'mitigate',
      'mitigated',
      'Rolled back, scaled up, rate limited or maintenance page',
      i.mitigatedAt !== null || i.mitigations.some((m) => m.state === 'done'),
    ),
    // Runbook 004: "If rollback fails, spin up a new environment from known-good commit".
    failedRollback && hand('mitigate', 'new-environment', 'New environment from a known-good commit'),
    known('communicate', 'status-page', 'Status page updated', i.statusPage !== null),
    hand('communicate', 'customers', 'Affected customers notified'),
    known(
      'communicate',
      'updates',
      'Updates posted',
      i.updates.some((u) => u.state === 'sent'),
    ),
    known('resolve', 'root-cause', 'Root cause identified', i.rootCause !== null),
    // Runbook 001, hotfix: "Confirm bug is resolved", and once there is a fix "Document the incident".
    hand('resolve', 'verified', 'Fix applied and verified'),
    (i.fix !== null || i.checked.documented !== undefined) &&
      hand('resolve', 'documented', 'Hotfix: the incident is documented'),
    known('post-mortem', 'timeline', 'Timeline documented', over),
    hand('post-mortem', 'improvements', 'Improvements identified'),
    known('post-mortem', 'actions', 'Action items created', i.followUps.length > 0),
  ];
  return rows.filter((row) => row !== false);
}
