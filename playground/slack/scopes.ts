/** Which scopes a call needs, by the kind of channel it is about (Slack documentation, the page of each method). */
import { SlackError } from './slack-error.ts';
import type { Channel, State } from './state.ts';

/** Any one of `scopes` is enough. Throws missing_scope. */
export function mustHave(state: State, scopes: readonly string[]): void {
  const granted = state.options.scopes;
  if (!granted || scopes.length === 0 || scopes.some((scope) => granted.includes(scope))) return;
  throw new SlackError('missing_scope', { needed: scopes[0], provided: granted.join(',') });
}

export const hasScope = (state: State, scope: string): boolean =>
  state.options.scopes?.includes(scope) ?? true;

const AREA = { public: 'channels', private: 'groups', im: 'im', mpim: 'mpim' } as const;
type Kind = Channel['kind'];

export const mayRead = (state: State, kind: Kind): void => mustHave(state, [`${AREA[kind]}:read`]);

export const mayReadHistory = (state: State, kind: Kind): void => mustHave(state, [`${AREA[kind]}:history`]);

/** `part` is a narrower scope that is enough as well: `topic` or `invites`. */
export function mayManage(state: State, kind: Kind, part?: 'topic' | 'invites'): void {
  const whole = kind === 'public' ? 'channels:manage' : `${AREA[kind]}:write`;
  mustHave(state, part ? [whole, `${AREA[kind]}:write.${part}`] : [whole]);
}
