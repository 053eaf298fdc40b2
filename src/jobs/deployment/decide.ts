/** A person's click on a deployment: is it theirs to make, is it still asked, and who was first? */
import type { May } from '../../clients/people.ts';
import type { Role } from '../../config/catalog.ts';
import {
  approvalQuestion,
  type Deployment,
  holdQuestionName,
  isEnded,
  type Person,
  stopQuestion,
} from '../../records/deployment.ts';
import type { Decision } from '../../records/entries.ts';
import { actionIds } from '../../templates/actions.ts';
import { canBeStopped, isTouched } from './apply.ts';
import type { World } from './world.ts';

export const choices = [
  'approve',
  'reject',
  'cancel',
  'stop',
  'hold-retry',
  'hold-roll-back',
  'hold-leave',
] as const;
export type Choice = (typeof choices)[number];

/** What the buttons of a deployment choose, by their action's id. */
export const choiceOf: ReadonlyMap<string, Choice> = new Map([
  [actionIds.approve, 'approve'],
  [actionIds.reject, 'reject'],
  [actionIds.cancel, 'cancel'],
  [actionIds.rollBack, 'stop'],
  [actionIds.holdRetry, 'hold-retry'],
  [actionIds.holdRollBack, 'hold-roll-back'],
  [actionIds.holdLeave, 'hold-leave'],
]);

export interface Click {
  deployment: string;
  /** The round of the question that the button was drawn for. */
  round: number;
  choice: Choice;
  by: Person;
}

/** How a click ended; `unknown`: the person's rights could not be read. */
export type ClickAnswer =
  | { kind: 'recorded'; deployment: Deployment; choice: Decision['choice'] }
  | { kind: 'already-decided'; deployment: Deployment; first: Decision }
  | { kind: 'stale' | 'ended' | 'too-late'; deployment: Deployment }
  | { kind: 'denied' | 'own-approval' | 'unknown'; deployment: Deployment; roles: readonly Role[] }
  | { kind: 'not-found' };

type DecideWorld = Pick<World, 'store' | 'catalog' | 'clock'>;

/** `may` answers from the cache alone on the path before Slack's acknowledgement, and with calls in a worker. */
export async function decide(
  click: Click,
  may: (person: Person, roles: readonly Role[]) => May | Promise<May>,
  world: DecideWorld,
): Promise<ClickAnswer> {
  const deployment = await world.store.load(click.deployment);
  if (!deployment) return { kind: 'not-found' };
  const state = standing(deployment, click, world.clock.now());
  if (state) return tooLate(state, click, deployment, world);
  const roles = rolesFor(click.choice, deployment, world);
  const allowed = isOwn(click, deployment) ? 'yes' : await may(click.by, roles);
  if (allowed !== 'yes') return { kind: allowed === 'no' ? 'denied' : 'unknown', deployment, roles };
  if (click.choice === 'approve' && isOwnApproval(click, deployment, world)) {
    return { kind: 'own-approval', deployment, roles };
  }
  return record(click, deployment, world);
}

/** Whether the choice is this person's to make, as far as rights go; what cannot be told is not. */
export async function mayChoose(
  click: Pick<Click, 'choice' | 'by'>,
  d: Deployment,
  may: (person: Person, roles: readonly Role[]) => May | Promise<May>,
  world: Pick<DecideWorld, 'catalog'>,
): Promise<boolean> {
  if (click.choice === 'approve' && isOwnApproval(click, d, world)) return false;
  return isOwn(click, d) || (await may(click.by, rolesFor(click.choice, d, world))) === 'yes';
}

/** Why the question is no longer asked, or null while it is. */
function standing(
  d: Deployment,
  { choice, round }: Click,
  now: number,
): 'stale' | 'ended' | 'too-late' | null {
  if (isEnded(d)) return 'ended';
  switch (choice) {
    case 'approve':
    case 'reject':
      return d.step === 'approval' && d.approval?.round === round && now <= d.approval.deadline
        ? null
        : 'stale';
    case 'cancel':
      if (!canBeStopped(d)) return 'stale';
      return isTouched(d) ? 'too-late' : null;
    case 'stop':
      return canBeStopped(d) ? null : 'stale';
    default:
      return d.step === 'hold' && d.hold?.round === round ? null : 'stale';
  }
}

/**
 * The work may have gone on since the question was answered: whoever comes second hears who was first, and whoever
 * answered so before (or whose answer is carried out a second time) that it is noted.
 */
async function tooLate(
  state: 'stale' | 'ended' | 'too-late',
  click: Click,
  deployment: Deployment,
  { store }: DecideWorld,
): Promise<ClickAnswer> {
  const { choice, round } = click;
  const isLatest = round === (latestRound(choice, deployment) ?? round);
  const answers = isLatest ? await store.answersTo(deployment.id, questionOf(choice, deployment)) : [];
  const [first] = answers;
  if (isRepeated(click, answers)) return { kind: 'recorded', deployment, choice: recordedChoice[choice] };
  return state === 'stale' && first
    ? { kind: 'already-decided', deployment, first }
    : { kind: state, deployment };
}

const isRepeated = ({ by, choice }: Click, answers: readonly Decision[]): boolean =>
  answers.some((answer) => answer.by.id === by.id && answer.choice === recordedChoice[choice]);

/** Should the catalog no longer name the environment, the admins answer for it. */
function rolesFor(choice: Choice, d: Deployment, { catalog }: Pick<DecideWorld, 'catalog'>): readonly Role[] {
  const environment = catalog.environments.get(d.environment);
  if (!environment) return ['admins'];
  const { approvals, rights } = environment;
  switch (choice) {
    case 'approve':
    case 'reject':
      return [approvals?.from ?? 'approvers'];
    case 'cancel':
      return [...new Set([...rights.deploy, ...rights.rollback, approvals?.from ?? 'approvers'])];
    case 'hold-retry':
      return goesForward(d) ? rights.deploy : rights.rollback;
    default:
      return rights.rollback;
  }
}

/** Trying again would go on with the deploy, which takes the right to deploy. */
const goesForward = ({ kind, hold }: Deployment): boolean =>
  kind === 'deploy' && hold?.from !== 'rollback' && hold?.from !== 'verify-rollback';

/** Whoever asked for a deployment may call it off. */
const isOwn = ({ choice, by }: Pick<Click, 'choice' | 'by'>, d: Deployment): boolean =>
  (choice === 'cancel' || choice === 'reject') && by.id === d.requestedBy.id;

const isOwnApproval = (
  { by }: Pick<Click, 'by'>,
  d: Deployment,
  { catalog }: Pick<DecideWorld, 'catalog'>,
): boolean =>
  by.id === d.requestedBy.id && !catalog.environments.get(d.environment)?.approvals?.self_approval;

const recordedChoice: Readonly<Record<Choice, Decision['choice']>> = {
  approve: 'approve',
  reject: 'reject',
  cancel: 'cancel',
  stop: 'roll-back',
  'hold-retry': 'retry',
  'hold-roll-back': 'roll-back',
  'hold-leave': 'leave',
};

async function record(click: Click, deployment: Deployment, world: DecideWorld): Promise<ClickAnswer> {
  const { choice, by } = click;
  // Approvals that do not suffice yet leave the question open to a rejection too.
  const isApproval = choice === 'approve' || choice === 'reject';
  const needed = isApproval ? (deployment.approval?.required ?? 1) : 1;
  const answer: Decision = { by, at: world.clock.now(), choice: recordedChoice[choice], reason: null };
  const { recorded, answers } = await world.store.decide(
    deployment.id,
    questionOf(choice, deployment),
    answer,
    needed,
  );
  if (recorded || isRepeated(click, answers)) return { kind: 'recorded', deployment, choice: answer.choice };
  const first = answers.find((a) => a.by.id === by.id) ?? answers[0];
  // It ended between our look at it and the answer.
  return first ? { kind: 'already-decided', deployment, first } : { kind: 'ended', deployment };
}

function questionOf(choice: Choice, d: Deployment): string {
  if (choice === 'approve' || choice === 'reject') return approvalQuestion(d.approval?.round ?? 0);
  return choice === 'cancel' || choice === 'stop' ? stopQuestion : holdQuestionName(d.hold?.round ?? 0);
}

/** Undefined where the question is asked once and has no rounds. */
function latestRound(choice: Choice, { approval, hold }: Deployment): number | undefined {
  if (choice === 'approve' || choice === 'reject') return approval?.round ?? 0;
  return choice === 'cancel' || choice === 'stop' ? undefined : (hold?.round ?? 0);
}
