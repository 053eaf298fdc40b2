/** What the buttons of incidents are called and carry: the one place that the templates and the handlers of clicks share. */
import { z } from 'zod';

/** In a message, a button's id is one of these, or one of these with a slash and what tells it from its neighbours. */
export const incidentActions = {
  acknowledge: 'incident-acknowledge',
  join: 'incident-join',
  /** `arg`: the role. */
  claim: 'incident-claim',
  /** `arg`: the row of the procedure. */
  check: 'incident-check',
  uncheck: 'incident-uncheck',
  /** A menu: its selected values are symptoms. */
  symptoms: 'incident-symptoms',
  assess: 'incident-assess',
  /** `arg`: `action`, `action service`, or `roll-back service version`. Rolling back opens the rollback form. */
  mitigate: 'incident-mitigate',
  /** `arg`: the mitigation's number. */
  undo: 'incident-undo',
  /** `arg`: the update's number; posting also carries the draft that was read, where it fits. */
  postUpdate: 'incident-post-update',
  editUpdate: 'incident-edit-update',
  skipUpdate: 'incident-skip-update',
  /** These open forms. */
  openUpdate: 'incident-open-update',
  openFacts: 'incident-open-facts',
  openSeverity: 'incident-open-severity',
  openHandOver: 'incident-open-hand-over',
  openPublish: 'incident-open-publish',
  openResolve: 'incident-open-resolve',
  openReopen: 'incident-open-reopen',
  /** `arg`: the effect's key. */
  retry: 'incident-retry',
  clearHalt: 'incident-clear-halt',
  timeline: 'incident-timeline',
  evidence: 'incident-evidence',
  /** `arg`: the follow-up's number. */
  followUpDone: 'incident-follow-up-done',
  /** Alerts that ask first; `incident` holds the alert group's key instead. */
  alertOpen: 'alert-open',
  alertDismiss: 'alert-dismiss',
  /** Opens the form in which an incident is declared. */
  declare: 'declare',
} as const;

const draft = z.strictObject({
  status: z.enum(['investigating', 'identified', 'mitigating', 'monitoring']),
  action: z.string().min(1).max(3000),
  eta: z.string().min(1).max(500),
});
const target = z.strictObject({
  incident: z.string().min(1).max(300),
  arg: z.string().max(1000).nullable(),
  /** The update as it was shown. */
  draft: draft.exactOptional(),
});
export type IncidentTarget = z.infer<typeof target>;

/** Slack's limit for what a button carries (Block Kit reference, button element). */
const longestValue = 2000;

/** A draft that does not fit is left out. */
export function incidentValue(
  incident: string,
  arg: string | null = null,
  shown?: z.infer<typeof draft>,
): string {
  const short = JSON.stringify({ incident, arg });
  const whole = shown ? JSON.stringify({ incident, arg, draft: shown }) : short;
  return whole.length <= longestValue ? whole : short;
}

/** Null for text that no button of an incident carries. */
export function readIncidentValue(text: string | undefined): IncidentTarget | null {
  try {
    return target.parse(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}
