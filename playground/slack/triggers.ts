/** trigger_id: what an interaction gives the app to open a modal with, once and soon. */
import { SlackError } from './slack-error.ts';
import type { State } from './state.ts';

/** Slack documentation. */
const LIFETIME_MS = 3000;

export function newTrigger(state: State, user: string, { fromModal = false } = {}): string {
  const id = `${Math.floor(state.clock.now() / 1000)}.${state.nextId('')}`.toLowerCase();
  state.triggers.set(id, { user, expires: state.clock.now() + lifetime(state), used: false, fromModal });
  return id;
}

/** Who the trigger was given for. Throws invalid_trigger_id, expired_trigger_id or exchanged_trigger_id. */
export function spendTrigger(state: State, id: string | undefined): { user: string; fromModal: boolean } {
  const trigger = id === undefined ? undefined : state.triggers.get(id);
  if (!trigger) throw new SlackError('invalid_trigger_id');
  if (trigger.used) throw new SlackError('exchanged_trigger_id');
  if (state.clock.now() > trigger.expires) throw new SlackError('expired_trigger_id');
  trigger.used = true;
  return trigger;
}

/** On a clock that runs faster than real time the bot still gets three real seconds: it does not run faster. */
function lifetime(state: State): number {
  const realMs = state.clock.real(LIFETIME_MS);
  return realMs > 0 && realMs < LIFETIME_MS ? LIFETIME_MS * (LIFETIME_MS / realMs) : LIFETIME_MS;
}
