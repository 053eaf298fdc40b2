/** How often Slack takes what: one budget per method and workspace, shared by all processes. */
import type { Bucket } from './limiter.ts';

/** Messages of an incident go before those that show progress. */
export type Urgency = 'incident' | 'progress';

const perMinute = (method: string, calls: number, burst: number): Bucket => ({
  name: `slack:${method}`,
  perSecond: calls / 60,
  burst,
});

/** Slack documentation, "Rate limits": so many calls a minute and method. The bursts are ours, below a quarter of that. */
const tier2 = (method: string) => perMinute(method, 20, 5);
const tier3 = (method: string) => perMinute(method, 50, 10);
const tier4 = (method: string) => perMinute(method, 100, 20);

/** Slack documentation: the tier that each method's own page names, and "Rate limits" for posting. */
export const budgets = {
  'auth.test': tier4('auth.test'),
  'chat.update': perMinute('chat.update', 50, 12),
  'chat.postMessage': { name: 'slack:chat.postMessage', perSecond: 4, burst: 10 },
  'chat.postEphemeral': tier4('chat.postEphemeral'),
  'chat.getPermalink': tier4('chat.getPermalink'),
  'conversations.history': tier3('conversations.history'),
  'conversations.replies': tier3('conversations.replies'),
  'conversations.list': tier2('conversations.list'),
  'conversations.open': tier3('conversations.open'),
  'conversations.create': tier2('conversations.create'),
  'conversations.rename': tier2('conversations.rename'),
  'conversations.setTopic': tier2('conversations.setTopic'),
  'conversations.setPurpose': tier2('conversations.setPurpose'),
  'conversations.archive': tier2('conversations.archive'),
  'conversations.unarchive': tier2('conversations.unarchive'),
  'conversations.invite': tier3('conversations.invite'),
  'conversations.join': tier3('conversations.join'),
  'conversations.info': tier3('conversations.info'),
  'conversations.members': tier4('conversations.members'),
  'users.conversations': tier3('users.conversations'),
  'pins.add': tier2('pins.add'),
  'reactions.add': tier3('reactions.add'),
  'bookmarks.add': tier2('bookmarks.add'),
  'bookmarks.edit': tier2('bookmarks.edit'),
  'bookmarks.list': tier3('bookmarks.list'),
  'files.getUploadURLExternal': tier4('files.getUploadURLExternal'),
  'files.completeUploadExternal': tier4('files.completeUploadExternal'),
  'files.info': tier4('files.info'),
  'files.list': tier3('files.list'),
  'canvases.create': tier2('canvases.create'),
  'canvases.access.set': tier3('canvases.access.set'),
  'views.publish': tier4('views.publish'),
} satisfies Record<string, Bucket>;

export type BudgetedMethod = keyof typeof budgets;

/**
 * What progress may use of a budget that incidents need too. It waits here before it takes a turn of the whole, so that of
 * posting 1 message a second (and 3 at once), of editing 10 a minute (and 3 at once) are always free for incidents.
 */
export const progressBudgets: Readonly<Partial<Record<BudgetedMethod, Bucket>>> = {
  'chat.update': perMinute('chat.update:progress', 40, 9),
  'chat.postMessage': { name: 'slack:chat.postMessage:progress', perSecond: 3, burst: 7 },
};

/** Slack documentation, "Rate limits": one message a second and channel, short bursts tolerated. */
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
