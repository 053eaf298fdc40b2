/** The workers: each takes jobs off its queue, and is replaced without loss when it dies. */
import { type ConnectionOptions, DelayedError, type Job, Worker, type WorkerOptions } from 'bullmq';
import { z } from 'zod';
import type { Clock } from '../clients/clock.ts';
import { SlackAway, SlackRefused } from '../clients/slack-errors.ts';
import { UnreadableRecord } from '../clients/store/deployments.ts';
import { SaveConflict } from '../clients/store/errors.ts';
import { alert } from '../records/alert.ts';
import { handleAlert } from './alerts/handle.ts';
import type { AlertWorld } from './alerts/world.ts';
import { advance, type Stage } from './deployment/advance.ts';
import { type ErrandWorld, runErrand } from './errands.ts';
import { attendHome, type HomeWorld } from './home.ts';
import { advanceIncident, type IncidentStage } from './incident/advance.ts';
import { runEffect } from './incident/effects/index.ts';
import type { IncidentWorld } from './incident/world.ts';
import { backoff, errand, type Queues } from './queues.ts';
import { drawDeployment, type ScreenWorld } from './screen/draw.ts';
import { drawIncident } from './screen/draw-incident.ts';

export interface WorkersWorld extends Stage, ScreenWorld, ErrandWorld {
  queues: Queues;
  /** Null where the catalog has no section about incidents. */
  incidents: (IncidentStage & IncidentWorld) | null;
  home: HomeWorld;
}

export interface WorkerLog {
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/**
 * A worker that dies is noticed after `lockDuration` and at most two of `stalledInterval` (the others wait out a check that
 * the dead one began), so another one goes on well within 10 s of a kill; the number of deaths that a job may see is not
 * limited. Real milliseconds, whatever the clock.
 */
const survival = {
  lockDuration: 5_000,
  stalledInterval: 1_000,
  maxStalledCount: 1_000_000,
} satisfies Partial<WorkerOptions>;

const withId = z.strictObject({ id: z.string() });

export function startWorkers(
  connection: ConnectionOptions,
  prefix: string,
  world: WorkersWorld,
  log: WorkerLog,
) {
  const options = (concurrency: number): WorkerOptions => ({
    connection,
    prefix,
    concurrency,
    ...survival,
    settings: { backoffStrategy: backoff },
  });
  const workers = [
    new Worker('deployments', (job, token) => visit(job, token, world, log), options(50)),
    new Worker('screens', (job, token) => draw(job, token, world, log), options(50)),
    new Worker('errands', (job, token) => serve(job, token, world), options(20)),
    new Worker('homes', (job, token) => drawHome(job, token, world), options(5)),
    ...incidentWorkers(world, log, (name, work, concurrency) => new Worker(name, work, options(concurrency))),
  ];
  for (const worker of workers) {
    worker.on('error', (error) => log.warn({ queue: worker.name, err: error }, 'worker trouble'));
    worker.on('failed', (job, error) =>
      log.error({ queue: worker.name, job: job?.id, attempts: job?.attemptsMade, err: error }, 'job failed'),
    );
  }
  return {
    /** Finishes what is under way, unless `atOnce`: somebody else goes on with it then. */
    close: async (atOnce: boolean) => {
      await Promise.all(workers.map((worker) => worker.close(atOnce)));
    },
  };
}

async function visit(
  job: Job,
  token: string | undefined,
  world: WorkersWorld,
  log: WorkerLog,
): Promise<void> {
  const { id } = withId.parse(job.data);
  let again: number | null;
  try {
    again = await advance(id, world);
  } catch (error) {
    if (!(error instanceof UnreadableRecord)) throw error;
    // A release that reads it may run beside this one, or soon: the job is kept for that.
    log.error({ deployment: id, err: error }, 'a deployment that this release cannot work on');
    return later(job, token, unreadableWait, world.clock);
  }
  if (again !== null) await later(job, token, again - world.clock.now(), world.clock);
}

/** Milliseconds between two tries to read a record. */
const unreadableWait = 10_000;

async function drawHome(job: Job, token: string | undefined, { home, clock }: WorkersWorld): Promise<void> {
  const again = await attendHome(job.name, job.data, home);
  if (again !== null) await later(job, token, again, clock);
}

type Work = (job: Job, token?: string) => Promise<void>;

function incidentWorkers(
  { incidents }: WorkersWorld,
  log: WorkerLog,
  start: (name: string, work: Work, concurrency: number) => Worker,
): Worker[] {
  if (!incidents) return [];
  return [
    start('incidents', (job, token) => attend(job, token, incidents, log), 50),
    start('effects', (job, token) => carryOut(job, token, incidents), 50),
    start('alerts', (job, token) => hear(job, token, incidents), 20),
  ];
}

async function attend(
  job: Job,
  token: string | undefined,
  world: IncidentStage,
  log: WorkerLog,
): Promise<void> {
  const { id } = withId.parse(job.data);
  let wait: number | null;
  try {
    wait = await advanceIncident(id, world);
  } catch (error) {
    if (!(error instanceof UnreadableRecord)) throw error;
    log.error({ incident: id, err: error }, 'an incident that this release cannot work on');
    return later(job, token, unreadableWait, world.clock);
  }
  if (wait !== null) await laterReal(job, token, wait);
}

const withKey = z.strictObject({ id: z.string(), key: z.string() });

async function carryOut(job: Job, token: string | undefined, world: IncidentWorld): Promise<void> {
  const { id, key } = withKey.parse(job.data);
  const again = await runEffect(id, key, world, job.attemptsMade);
  if (again !== null) await later(job, token, again, world.clock);
}

async function hear(job: Job, token: string | undefined, world: AlertWorld): Promise<void> {
  try {
    const again = await handleAlert(alert.parse(job.data), world, job.attemptsStarted > 1);
    if (again !== null) await later(job, token, again - world.clock.now(), world.clock);
  } catch (error) {
    const wait = waitAfter(error);
    if (wait === null) throw error;
    await later(job, token, wait, world.clock);
  }
}

async function draw(job: Job, token: string | undefined, world: WorkersWorld, log: WorkerLog): Promise<void> {
  const { id } = withId.parse(job.data);
  try {
    if (job.name !== 'draw-incident') await drawDeployment(id, world);
    else if (world.incidents) await drawIncident(id, world.incidents);
  } catch (error) {
    if (error instanceof UnreadableRecord) return later(job, token, unreadableWait, world.clock);
    const wait = waitAfter(error);
    if (wait === null) throw error;
    log.warn({ deployment: id, err: error, wait }, 'not shown in Slack yet');
    await later(job, token, wait, world.clock);
  }
}

/** Slack's troubles never stop a deployment: the message is repaired when Slack is back, or whoever else drew it is done. */
function waitAfter(error: unknown): number | null {
  if (error instanceof SlackAway) return error.retryIn;
  if (error instanceof SlackRefused) return 60_000;
  return error instanceof SaveConflict ? 2_000 : null;
}

async function serve(job: Job, token: string | undefined, world: WorkersWorld): Promise<void> {
  try {
    await runErrand(job.id ?? '', errand.parse(job.data), world);
  } catch (error) {
    if (!(error instanceof SlackAway)) throw error;
    await later(job, token, error.retryIn, world.clock);
  }
}

/** `ms` in the clock's time. */
async function later(job: Job, token: string | undefined, ms: number, clock: Clock): Promise<never> {
  return laterReal(job, token, clock.real(ms));
}

async function laterReal(job: Job, token: string | undefined, ms: number): Promise<never> {
  await job.moveToDelayed(Date.now() + ms, token);
  throw new DelayedError();
}
