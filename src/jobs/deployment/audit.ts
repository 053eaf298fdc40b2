/** What a change of a record leaves in the audit: one line for each line that its story grew by. */
import type { Deployment, StoryEntry } from '../../records/deployment.ts';
import type { AuditEntry } from '../../records/entries.ts';

export function auditOf(before: Deployment, after: Deployment): AuditEntry[] {
  return after.story.slice(before.story.length).map((entry) => ({
    at: entry.at,
    who: entry.by,
    what: `${after.kind}.${entry.event}`,
    deployment: after.id,
    environment: after.environment,
    detail: [entry.service, detailOf(entry)].filter((part) => part !== null).join(': ') || null,
    from: entry.by ? 'button' : 'worker',
  }));
}

/** The story keeps times as numbers, for Slack to show in the reader's zone; the audit is read as it is. */
const detailOf = ({ event, detail }: StoryEntry): string | null =>
  event === 'watch-started' && detail ? `until ${new Date(Number(detail)).toISOString()}` : detail;
