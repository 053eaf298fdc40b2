/** What people answer to the question whether an alert is an incident: the first answer counts. */
import { SaveConflict } from '../../clients/store/errors.ts';
import type { Store } from '../../clients/store/index.ts';
import { type AlertGroup, openingRequest } from '../../records/alert-group.ts';
import type { Person } from '../../records/deployment.ts';
import type { World } from '../deployment/world.ts';
import type { Queues } from '../queues.ts';

export interface AnswerWorld extends Pick<World, 'clock'> {
  store: Pick<Store, 'alertGroup' | 'saveAlertGroup' | 'audit'>;
  queues: Pick<Queues, 'raise'>;
}

/** `settled`: somebody answered before, or it is over; `group` says how it stands now, null where there is none. */
export interface Answered {
  outcome: 'opening' | 'dismissed' | 'settled';
  group: AlertGroup | null;
}

const triesAtMost = 10;

/**
 * Stores the answer; a worker opens the incident, or shows that it was dismissed. Asks Redis alone, so it may come before
 * Slack's acknowledgement. Rights are the caller's. Safe to call twice: the same answer again is the same answer.
 */
export async function answerAlert(
  name: string,
  choice: 'open' | 'dismiss',
  by: Person,
  { store, queues, clock }: AnswerWorld,
): Promise<Answered> {
  const phase = choice === 'open' ? 'opening' : 'dismissed';
  for (let tries = 0; tries < triesAtMost; tries++) {
    const group = await store.alertGroup(name);
    const isMine = group?.phase === phase && group.answeredBy?.id === by.id;
    if (!group || (group.phase !== 'asked' && !isMine)) return { outcome: 'settled', group };
    try {
      const saved = isMine
        ? group
        : await store.saveAlertGroup({ ...group, phase, since: clock.now(), answeredBy: by });
      if (!isMine) await store.audit(auditOf(saved, choice, by, clock.now()));
      const alert = saved.members.find((m) => m.alert.state === 'firing')?.alert ?? saved.members[0]?.alert;
      if (alert)
        await queues.raise(`answer-${openingRequest(saved).replaceAll(':', '-')}`, homed(alert, saved));
      return { outcome: phase, group: saved };
    } catch (error) {
      if (!(error instanceof SaveConflict)) throw error;
    }
  }
  throw new SaveConflict(`The alerts of ${name} are saved by too many workers at once.`);
}

/** So that the worker finds the same group, whatever the catalog says by then. */
const homed = (alert: AlertGroup['members'][number]['alert'], { environment, service }: AlertGroup) => ({
  ...alert,
  environment,
  service,
});

const auditOf = ({ environment, question, name }: AlertGroup, choice: string, by: Person, at: number) => ({
  at,
  who: by,
  what: choice === 'open' ? 'alert.opened' : 'alert.dismissed',
  deployment: null,
  environment,
  detail: (question?.title ?? name).slice(0, 300),
  from: 'button' as const,
});
