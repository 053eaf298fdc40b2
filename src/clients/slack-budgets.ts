/** How often Slack takes what: one budget per method and workspace, shared by all processes. */
import type { Bucket } from './limiter.ts';

const perMinute = (method: string, calls: number, burst: number): Bucket => ({
  name: `slack:${method}`,
  perSecond: calls / 60,
  burst,
});

/** Slack documentation, "Rate limits": tiers per method and workspace, and one post a second and channel. */
export const budgets = {
  'chat.update': perMinute('chat.update', 50, 12),
  'chat.postMessage': { name: 'slack:chat.postMessage', perSecond: 4, burst: 10 },
  'chat.postEphemeral': perMinute('chat.postEphemeral', 100, 20),
  'conversations.history': perMinute('conversations.history', 50, 10),
  'conversations.replies': perMinute('conversations.replies', 50, 10),
  'conversations.list': perMinute('conversations.list', 20, 5),
  'conversations.open': perMinute('conversations.open', 50, 10),
} satisfies Record<string, Bucket>;

export const channelBudget = (channel: string): Bucket => ({
  name: `slack:channel:${channel}`,
  perSecond: 1,
  burst: 3,
});

export const messageBudget = (ts: string): Bucket => ({
  name: `slack:message:${ts}`,
  perSecond: 1,
  burst: 1,
});
