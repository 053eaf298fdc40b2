/** What the simulated Statuspage takes: the fields, lengths and words of its published API, and nothing else. */
import { z } from 'zod';
import { ServiceRefusal } from '../outside/service.ts';
import { componentStatuses, impacts, type StatusPageState } from './pages.ts';

const realtime = ['investigating', 'identified', 'monitoring', 'resolved'] as const;
const scheduled = ['scheduled', 'in_progress', 'verifying', 'completed'] as const;

/** Fields that are published and that nobody here needs are taken and left alone; a misspelt one is refused. */
const unused = {
  scheduled_for: z.string().optional(),
  scheduled_until: z.string().optional(),
  scheduled_remind_prior: z.boolean().optional(),
  scheduled_auto_in_progress: z.boolean().optional(),
  scheduled_auto_completed: z.boolean().optional(),
  scheduled_auto_transition: z.boolean().optional(),
  auto_transition_to_maintenance_state: z.boolean().optional(),
  auto_transition_to_operational_state: z.boolean().optional(),
  auto_transition_deliver_notifications_at_start: z.boolean().optional(),
  auto_transition_deliver_notifications_at_end: z.boolean().optional(),
  auto_tweet_at_beginning: z.boolean().optional(),
  auto_tweet_on_completion: z.boolean().optional(),
  auto_tweet_on_creation: z.boolean().optional(),
  auto_tweet_one_hour_before: z.boolean().optional(),
  backfill_date: z.string().optional(),
};

const incident = z.strictObject({
  ...unused,
  name: z.string().min(1, "Name can't be blank").max(255, 'Name is too long (maximum is 255 characters)'),
  status: z.enum([...realtime, ...scheduled]).optional(),
  impact_override: z.enum(impacts).optional(),
  body: z.string().max(25_000, 'Body is too long (maximum is 25000 characters)').optional(),
  components: z.record(z.string(), z.enum(componentStatuses)).optional(),
  component_ids: z.array(z.string()).optional(),
  metadata: z
    .record(z.string(), z.record(z.string(), z.unknown(), 'All top-level values of metadata must be objects'))
    .optional(),
  deliver_notifications: z.boolean().optional(),
  backfilled: z.boolean().optional(),
});

const created = z.strictObject({ incident });
const updated = z.strictObject({ incident: incident.partial() });

export type CreateIncident = z.infer<typeof created>['incident'];
export type UpdateIncident = z.infer<typeof updated>['incident'];

export const readCreate = (page: StatusPageState, body: unknown): CreateIncident =>
  checked(page, read(created, body).incident);
export const readUpdate = (page: StatusPageState, body: unknown): UpdateIncident =>
  checked(page, read(updated, body).incident);

function read<T>(shape: z.ZodType<T>, body: unknown): T {
  if (body === undefined) throw new ServiceRefusal(400, { message: 'The request body is not JSON' });
  const found = shape.safeParse(body);
  if (found.success) return found.data;
  throw unprocessable(found.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
}

function checked<T extends UpdateIncident>(page: StatusPageState, wanted: T): T {
  const named = [...(wanted.component_ids ?? []), ...Object.keys(wanted.components ?? {})];
  const unknown = named.filter((id) => !page.components.some((component) => component.id === id));
  if (unknown.length > 0) throw unprocessable([`Component ${unknown[0]} is not on this page`]);
  if (wanted.backfilled && named.length > 0)
    throw unprocessable(['Components cannot be specified when backfilled']);
  return wanted;
}

const unprocessable = (problems: string[]) => new ServiceRefusal(422, { message: problems.join('; ') });
