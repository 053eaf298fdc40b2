/** Takes a request in: rights as far as they are known, record and job into Redis, all before the acknowledgement. */
import { setTimeout as sleep } from 'node:timers/promises';
import { rightsNeeded, rightsRefusal } from '../jobs/deployment/rights.ts';
import type { Deployment } from '../records/deployment.ts';
import { Refusal } from '../records/refusal.ts';
import type { Message } from '../templates/message.ts';
import { requestAccepted } from '../templates/plan.ts';
import { type Asker, type Desk, fromStore, patience } from './desk.ts';

export interface StartRequest {
  kind: Deployment['kind'];
  environment: string;
  services: readonly string[];
  version: string | null;
  reason: string | null;
  skipStaging: boolean;
  planOnly: boolean;
  /** The incident that it is for: a deploy as its fix, a rollback as what makes it better. */
  incident?: string | null;
}

export async function start(request: StartRequest, asker: Asker, desk: Desk): Promise<Message> {
  const knowsRights = refuseKnownWrongs(request, asker, desk);
  const draft = draftOf(request, asker, desk.clock.now());
  const { id, fresh } = await fromStore(() => create(draft, asker, desk));
  if (fresh) {
    // Stored is accepted: should the job not get there now, the workers' sweep adds it.
    await desk.queues.startDeployment(id).catch(() => {});
  }
  const accepted = { ...draft, id, schema: 1 as const, revision: 0 };
  return requestAccepted(accepted, desk.catalog.slack.deployments, knowsRights);
}

/** Gives whether the rights are known: what the cache does not know is asked by the worker, which may still refuse. */
function refuseKnownWrongs(request: StartRequest, asker: Asker, { catalog, people }: Desk): boolean {
  const environment = catalog.environments.get(request.environment);
  if (!environment) {
    throw new Refusal(
      'unknown-environment',
      `There is no environment ${request.environment}.`,
      'Look at the catalog.',
    );
  }
  if (request.incident && !request.reason) {
    throw new Refusal(
      'reason-needed',
      'A fix for an incident needs a reason.',
      'Add --reason "…": the incident and everybody else see it.',
    );
  }
  if (request.skipStaging && !request.reason) {
    throw new Refusal(
      'reason-needed',
      'Skipping staging needs a reason.',
      'Add --reason "…": it is shown to everybody.',
    );
  }
  let knowsRights = true;
  for (const { roles, to } of rightsNeeded(request, environment)) {
    const may = people.mayCached(asker.person, roles);
    const refusal = may === 'no' ? rightsRefusal(may, to, roles) : null;
    if (refusal) throw refusal;
    knowsRights &&= may === 'yes';
  }
  return knowsRights;
}

async function create(draft: ReturnType<typeof draftOf>, asker: Asker, desk: Desk) {
  const audit = {
    at: draft.requestedAt,
    who: asker.person,
    what: `${draft.kind}.requested`,
    deployment: null,
    environment: draft.environment,
    detail: detailOf(draft),
    from: asker.from,
    channel: asker.channel,
  };
  try {
    return await desk.store.createDeployment(draft, asker.request, audit, patience, asker.responseUrl);
  } catch (error) {
    void withdraw(asker, desk);
    throw error;
  }
}

/** A request that was refused because Redis was slow must not run, even if Redis stored it in the last moment. */
async function withdraw({ person, request }: Asker, { store, clock }: Desk): Promise<void> {
  const reason = 'The store answered too late, and the request was refused.';
  for (let tries = 0; tries < 120; tries++) {
    try {
      const id = await store.requested(request);
      if (id) await store.decide(id, 'stop', { by: person, at: clock.now(), choice: 'cancel', reason });
      return;
    } catch {
      // Not worth keeping a process alive that wants to end.
      await sleep(1_000, undefined, { ref: false });
    }
  }
}

function detailOf({ wanted, planOnly, skipStaging, reason, incident }: ReturnType<typeof draftOf>): string {
  const parts = [
    wanted.services.join(','),
    wanted.version,
    planOnly && '--plan',
    skipStaging && '--skip-staging',
    incident && `--incident ${incident}`,
  ];
  return [...parts.filter(Boolean), ...(reason ? [`"${reason}"`] : [])].join(' ');
}

function draftOf(request: StartRequest, asker: Asker, now: number) {
  const { kind, environment, services, version, reason, skipStaging, planOnly } = request;
  return {
    kind,
    environment,
    wanted: { services: [...services], version },
    planOnly,
    skipStaging,
    reason,
    incident: request.incident ?? null,
    requestedBy: asker.person,
    requestedAt: now,
    requestedIn: asker.channel,
    step: 'preflight' as const,
    ending: null,
    releases: [],
    gates: [],
    stage: 0,
    approval: null,
    watch: null,
    problem: null,
    stoppedBy: null,
    refusal: null,
    verifyFailures: 0,
    hold: null,
    halted: null,
    unknowns: { count: 0, last: null },
    stepSince: now,
    notBefore: now,
    startedAt: null,
    endedAt: null,
    story: [
      { at: now, event: 'requested' as const, service: null, by: asker.person, detail: reason, evidence: [] },
    ],
  };
}
