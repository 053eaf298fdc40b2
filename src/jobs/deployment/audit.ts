/** What a change of a record leaves in the audit: one line for each line that its story grew by. */
import type { Deployment } from '../../records/deployment.ts';
import type { AuditEntry } from '../../records/entries.ts';

export function auditOf(before: Deployment, after: Deployment): AuditEntry[] {
  return after.story.slice(before.story.length).map((entry) => ({
    at: entry.at,
    who: entry.by,
    what: `${after.kind}.${entry.event}`,
    deployment: after.id,
    environment: after.environment,
    detail: [entry.service, entry.detail].filter((part) => part !== null).join(': ') || null,
    from: entry.by ? 'button' : 'worker',
  }));
}
