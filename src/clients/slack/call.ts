/** One call of Slack's Web API: in its turn, with errors as ours. */
import { WebAPIRateLimitedError } from '@slack/web-api';
import { type Bucket, type Limiter, TurnTooLate } from '../limiter.ts';
import { type BudgetedMethod, budgets, progressBudgets, type Urgency } from '../slack-budgets.ts';
import { closed, SlackAway, SlackRefused, translated } from '../slack-errors.ts';

/** Whose turn comes later than this (in milliseconds) comes back for it: a process that shall end cannot wait for every turn. */
const longestWait = 15_000;
/** After Slack asked to wait, incidents have so many milliseconds before progress goes on. */
const headStart = 1_000;

interface CallOptions {
  /** Whose trouble a refusal may be. */
  channel?: string;
  /** Only counts where incidents have a reserve; left out: as an incident. */
  urgency?: Urgency;
}

export interface SlackCaller {
  /** Waits for a turn; throws `SlackAway` where it would come too late, and takes none then. */
  turn(bucket: Bucket): Promise<void>;
  /** Throws `SlackAway` or `SlackRefused` for whatever Slack says no to. */
  call<R>(method: BudgetedMethod, run: () => Promise<R>, options?: CallOptions): Promise<R>;
}

/** `onClosed` hears of channels that Slack refuses: archived, unknown, or without us. */
export function createSlackCaller(
  limiter: Limiter,
  onClosed: (channel: string) => void = () => {},
): SlackCaller {
  async function turn(bucket: Bucket): Promise<void> {
    try {
      await limiter.take(bucket, { maxWaitMs: longestWait });
    } catch (error) {
      if (!(error instanceof TurnTooLate)) throw error;
      throw new SlackAway(error.message, error.waitMs);
    }
  }

  /** Progress waits in its own queue, or it would stand before the incidents when Slack takes messages again. */
  async function asksToWait(method: BudgetedMethod, ms: number): Promise<SlackAway> {
    const ofProgress = progressBudgets[method];
    if (ofProgress) await limiter.penalise(ofProgress, ms + headStart);
    await limiter.penalise(budgets[method], ms);
    return new SlackAway(`Slack asks to wait with ${method}`, ms);
  }

  return {
    turn,
    async call(method, run, { channel, urgency = 'incident' } = {}) {
      const ofProgress = progressBudgets[method];
      if (urgency === 'progress' && ofProgress) await turn(ofProgress);
      await turn(budgets[method]);
      try {
        return await run();
      } catch (error) {
        if (error instanceof WebAPIRateLimitedError) throw await asksToWait(method, error.retryAfter * 1000);
        const refusal = translated(method, error);
        if (channel && refusal instanceof SlackRefused && closed.includes(refusal.reason)) onClosed(channel);
        throw refusal;
      }
    },
  };
}

/** Carries out what is fine to find done already: refusals with one of these reasons are no trouble. */
export async function unless(reasons: readonly string[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SlackRefused && reasons.includes(error.reason))) throw error;
  }
}
