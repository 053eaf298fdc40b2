/** Who somebody is to the catalog: roles by Slack id, e-mail address or user group, from a cache that is kept warm. */
import { WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import type { Catalog, Role } from '../config/catalog.ts';
import type { Person } from '../records/deployment.ts';
import type { Clock } from './clock.ts';
import { awayFor, SlackAway, translated } from './slack-errors.ts';

/** `unknown`: the membership could not be read, which denies. */
export type May = 'yes' | 'no' | 'unknown';

export interface People {
  /** From the cache alone: no call, at once. */
  mayCached(person: Person, roles: readonly Role[]): May;
  /** Reads what the cache lacks; `unknown` if Slack does not tell. */
  may(person: Person, roles: readonly Role[]): Promise<May>;
  /**
   * The users behind entries of the catalog, each once, for calling them: while Slack does not answer, as they were known
   * last. Whom Slack does not know is left out. Throws `SlackAway` where nobody is known because Slack does not answer.
   */
  idsOf(entries: readonly string[]): Promise<string[]>;
  /** The handle of a user by Slack id, without '@'; the id itself where Slack does not tell. */
  nameOf(id: string): Promise<string>;
  /** How the people of a role are written in a message: mentions of users and groups where their ids are known. */
  mentions(role: Role): string[];
  /** Fills the cache; called at start and every few minutes. Never throws. */
  refresh(): Promise<void>;
}

/** Fresh enough to trust; Slack's user group methods allow about 20 calls a minute (Slack documentation, tier 2). */
const freshFor = 10 * 60_000;

interface Members {
  ids: readonly string[];
  /** How Slack mentions it. */
  mention: string;
  at: number;
}

export function createPeople(
  catalog: Pick<Catalog, 'people'>,
  slack: Pick<WebClient, 'users' | 'usergroups'>,
  clock: Clock,
  onProblem: (entry: string, error: unknown) => void,
): People {
  const cache = new Map<string, Members>();
  const names = new Map<string, string>();
  /** Entries of which Slack could not be asked the last time. */
  const unasked = new Set<string>();
  const readInVain = (method: string, entry: string, error: unknown) => {
    const isLimited = error instanceof WebAPIRateLimitedError;
    if (isLimited || translated(method, error) instanceof SlackAway) unasked.add(entry);
    onProblem(entry, error);
  };
  const known = (entry: string): Members | undefined => {
    if (isUser(entry)) return { ids: [entry], mention: `<@${entry}>`, at: clock.now() };
    const members = cache.get(entry);
    return members && clock.now() - members.at < freshFor ? members : undefined;
  };

  /** All groups come with one call, whatever is asked of them: Slack allows about 20 of these a minute. */
  const readGroups = async (entries: readonly string[]): Promise<void> => {
    try {
      const { usergroups = [] } = await slack.usergroups.list({ include_users: true });
      for (const entry of entries) {
        unasked.delete(entry);
        const group = usergroups.find(({ id, handle }) => id === entry || `@${handle}` === entry);
        if (group?.id)
          cache.set(entry, { ids: group.users ?? [], mention: `<!subteam^${group.id}>`, at: clock.now() });
        else onProblem(entry, new Error(`Slack has no user group ${entry}.`));
      }
    } catch (error) {
      for (const entry of entries) readInVain('usergroups.list', entry, error);
    }
  };
  const readAddress = async (email: string): Promise<void> => {
    unasked.delete(email);
    try {
      const { user } = await slack.users.lookupByEmail({ email });
      if (!user?.id) throw new Error(`Slack knows nobody with the address ${email}.`);
      cache.set(email, { ids: [user.id], mention: `<@${user.id}>`, at: clock.now() });
    } catch (error) {
      readInVain('users.lookupByEmail', email, error);
    }
  };
  const read = async (entries: readonly string[]): Promise<void> => {
    const groups = entries.filter(isGroup);
    const addresses = entries.filter((entry) => !isGroup(entry) && !isUser(entry));
    await Promise.all([...(groups.length > 0 ? [readGroups(groups)] : []), ...addresses.map(readAddress)]);
  };
  const mayCached = (person: Person, roles: readonly Role[]): May => {
    const all = entriesOf(roles).map(known);
    if (all.some((members) => members?.ids.includes(person.id))) return 'yes';
    return all.includes(undefined) ? 'unknown' : 'no';
  };
  const entriesOf = (roles: readonly Role[]) => [...new Set(roles.flatMap((role) => catalog.people[role]))];

  return {
    mayCached,
    async may(person, roles) {
      const cached = mayCached(person, roles);
      if (cached !== 'unknown') return cached;
      await read(entriesOf(roles).filter((entry) => !known(entry)));
      return mayCached(person, roles);
    },
    mentions: (role) => catalog.people[role].map((entry) => known(entry)?.mention ?? entry),
    async idsOf(entries) {
      await read(entries.filter((entry) => !known(entry)));
      const ids = entries.flatMap((entry) => (known(entry) ?? cache.get(entry))?.ids ?? []);
      // Nobody is no answer: a page would count as made.
      if (ids.length === 0 && entries.some((entry) => unasked.has(entry))) {
        throw new SlackAway(`Slack does not tell who ${entries.join(', ')} is`, awayFor);
      }
      return [...new Set(ids)];
    },
    async nameOf(id) {
      const known = names.get(id);
      if (known !== undefined) return known;
      try {
        const { user } = await slack.users.info({ user: id });
        const name = user?.profile?.display_name || user?.name || id;
        names.set(id, name);
        return name;
      } catch (error) {
        onProblem(id, error);
        return id;
      }
    },
    async refresh() {
      await read([...new Set(Object.values(catalog.people).flat())]);
    },
  };
}

const isUser = (entry: string): boolean => /^[UW][A-Z0-9]+$/.test(entry);
const isGroup = (entry: string): boolean => entry.startsWith('@') || /^S[A-Z0-9]+$/.test(entry);
