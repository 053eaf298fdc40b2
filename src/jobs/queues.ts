/** The queues: jobs carry ids only, under deterministic ids, so that adding one twice is harmless. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, type JobsOptions, Queue } from 'bullmq';
import { z } from 'zod';
import { act } from '../records/act.ts';
import type { alert } from '../records/alert.ts';
import { freezeChange } from '../records/block.ts';
import { person } from '../records/deployment.ts';
import { choices } from './deployment/decide.ts';
import { followed } from './incident/followed.ts';

/** Work that answers one person: a health check, a status report, a click whose rights have to be read first. */
export const errand = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('health'),
    environment: z.string(),
    services: z.array(z.string()),
    full: z.boolean(),
    person,
    channel: z.string(),
  }),
  z.strictObject({ kind: z.literal('status'), person, channel: z.string() }),
  /** A freeze or thaw by somebody whose rights have to be read first; and the news of one for everybody. */
  z.strictObject({
    kind: z.enum(['freeze', 'freeze-announced']),
    change: freezeChange,
    person,
    channel: z.string(),
  }),
  z.strictObject({
    kind: z.literal('click'),
    choice: z.enum(choices),
    deployment: z.string(),
    round: z.number(),
    person,
    channel: z.string(),
  }),
  /** What somebody wants to do to an incident, whose rights have to be read first. */
  z.strictObject({ kind: z.literal('act'), incident: z.string(), act, person, channel: z.string() }),
  /** The evidence pack, where the incident lives. */
  z.strictObject({ kind: z.literal('evidence'), incident: z.string(), person, channel: z.string() }),
  /** What somebody answered to the question whether alerts are an incident; `group` is the alert group's name. */
  z.strictObject({
    kind: z.literal('alert-answer'),
    group: z.string(),
    choice: z.enum(['open', 'dismiss']),
    person,
    channel: z.string(),
  }),
  followed,
]);
export type Errand = z.infer<typeof errand>;

/** Job errors are ours or Redis' (a step's own trouble is in the record), so they are tried for days. */
const stubborn: JobsOptions = {
  attempts: 100_000,
  backoff: { type: 'custom' },
  removeOnComplete: true,
  removeOnFail: { age: 7 * 24 * 3600, count: 1000 },
};
/** Longer than any source repeats a delivery, or a signature may be used again (an hour, `src/alerts/sns.ts`). */
const deliveriesRemembered = { age: 2 * 3600, count: 50_000 };
/** The wait before a job is tried again, in milliseconds. */
export const backoff = (attempts: number): number => Math.min(30_000, 250 * 2 ** Math.min(attempts, 10));

export type Queues = ReturnType<typeof createQueues>;

export function createQueues(connection: ConnectionOptions, prefix: string) {
  const options = { connection, prefix, skipWaitingForReady: true };
  const deployments = new Queue('deployments', options);
  const screens = new Queue('screens', options);
  const errands = new Queue('errands', options);
  const incidents = new Queue('incidents', options);
  const effects = new Queue('effects', options);
  const alerts = new Queue('alerts', options);
  const homes = new Queue('homes', options);
  const all = [deployments, screens, errands, incidents, effects, alerts, homes];
  // The connection's owner tells of its troubles already; a queue that nobody listens to would print each of them.
  for (const queue of all) queue.on('error', () => {});
  return {
    deployments,
    screens,
    errands,
    incidents,
    effects,
    alerts,
    homes,

    async startDeployment(id: string): Promise<void> {
      await deployments.add('advance', { id }, { ...stubborn, jobId: id });
    },

    /** Looks at a deployment now: somebody decided something. Whoever is at it already will see it soon. */
    async wake(id: string): Promise<void> {
      const job = await deployments.getJob(id);
      if (await job?.isDelayed()) await job?.promote().catch(() => {});
    },

    /** Asks for a drawing; while one is waiting it serves all, and one that is under way is followed by one more. */
    async redraw(id: string): Promise<void> {
      await screens.add('draw', { id }, { ...stubborn, deduplication: { id, keepLastIfActive: true } });
    },

    /** `key` names the command or click, so that it is carried out once. */
    async run(key: string, work: Errand): Promise<void> {
      await errands.add(work.kind, work, { ...stubborn, attempts: 5, jobId: key });
    },

    /** Looks at an incident now, whether its job is there, waits for a deadline, or is at it. Safe to call any time. */
    async wakeIncident(id: string): Promise<void> {
      for (let tries = 0; tries < 20; tries++) {
        const job = await incidents.getJob(id);
        if (!job) return void (await incidents.add('advance', { id }, { ...stubborn, jobId: id }));
        // Asked once: a job that changes between two questions would be taken for one that waits, and nobody would look.
        const state = await job.getState();
        if (state === 'delayed') return job.promote().catch(() => {});
        if (state === 'failed') return job.retry().catch(() => {});
        // Its job has just ended, or is at it and may have read the inbox already: what is new must not wait.
        if (state !== 'active' && state !== 'unknown') return;
        await sleep(50);
      }
    },

    /** Carries out one effect of an incident; `try` counts, so that each try is a job of its own. */
    async runEffect(id: string, key: string, tries: number): Promise<void> {
      await effects.add('run', { id, key }, { ...stubborn, jobId: `${id}/${key}/${tries}` });
    },

    /** Makes Slack show what an incident's record says now. */
    async redrawIncident(id: string): Promise<void> {
      await screens.add(
        'draw-incident',
        { id },
        { ...stubborn, deduplication: { id, keepLastIfActive: true } },
      );
    },

    /** Draws the Home tab of one person. */
    async redrawHome(user: string): Promise<void> {
      await homes.add('draw', { user }, { ...stubborn, deduplication: { id: user, keepLastIfActive: true } });
    },

    /** `key` names the delivery, so that one that comes twice counts once: jobs are remembered when they are done. */
    async raise(key: string, what: z.infer<typeof alert>): Promise<void> {
      await alerts.add('alert', what, { ...stubborn, jobId: key, removeOnComplete: deliveriesRemembered });
    },

    async close(): Promise<void> {
      await Promise.all(all.map((queue) => queue.close()));
    },
  };
}
