/** The Events API: which events the app hears of, their envelope, and Slack's retries. */
import { setMaxListeners } from 'node:events';
import { record, type SlackEvent, type State } from '../state.ts';
import type { Delivery } from '../types.ts';
import type { Outbox, Retry } from './outbox.ts';

export interface Events {
  /** Runs what announces events and answers the first deliveries that came of it. */
  during<Result>(action: () => Result): { result: Result; delivered: Promise<Delivery[]> };
  stop(): void;
}

const DEFAULT_EVENTS = [
  'app_mention',
  'app_home_opened',
  'member_joined_channel',
  'message.channels',
  'message.groups',
  'message.im',
  'reaction_added',
  'reaction_removed',
];
/** Milliseconds on the workspace's clock after which Slack tries again (Slack documentation). */
const RETRY_AFTER_MS = [0, 60_000, 300_000];

export function events(state: State, outbox: Outbox): Events {
  const subscribed = new Set(state.options.events ?? DEFAULT_EVENTS);
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  let collected: Promise<Delivery>[] = [];

  state.subscribers.add((event) => {
    if (!outbox.hasApp() || !subscribed.has(subscriptionOf(event))) return;
    const envelope = envelopeOf(state, event);
    const first = outbox.send('events_api', envelope);
    collected.push(first);
    void first.then((delivery) => (delivery.error ? tryAgain(envelope, delivery) : undefined));
  });

  return {
    during: (action) => {
      collected = [];
      const result = action();
      return { result, delivered: Promise.all(collected) };
    },
    stop: () => stopping.abort(),
  };

  async function tryAgain(envelope: Record<string, unknown>, failed: Delivery): Promise<void> {
    let last = failed;
    for (const [index, wait] of RETRY_AFTER_MS.entries()) {
      const waited = await state.clock.sleep(wait, stopping.signal).then(
        () => true,
        () => false,
      );
      if (!waited) return;
      const retry: Retry = {
        num: index + 1,
        reason: last.error === 'operation_timeout' ? 'http_timeout' : 'http_error',
      };
      last = await outbox.send('events_api', envelope, retry);
      if (!last.error || stopping.signal.aborted) return;
    }
    record(state, { method: 'delivery', ok: false, error: last.error ?? 'dispatch_failed', args: envelope });
  }
}

function subscriptionOf(event: SlackEvent): string {
  if (event.type !== 'message') return event.type;
  const type = event.channel_type;
  return `message.${type === 'im' || type === 'mpim' ? type : `${type}s`}`;
}

function envelopeOf(state: State, event: SlackEvent): Record<string, unknown> {
  return {
    token: 'playground',
    team_id: state.team.id,
    context_team_id: state.team.id,
    api_app_id: state.bot.appId,
    event: { event_ts: state.nextTs(), ...event },
    type: 'event_callback',
    event_id: state.nextId('Ev'),
    event_time: Math.floor(state.clock.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: state.team.id,
        user_id: state.bot.id,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: '1-event',
  };
}
