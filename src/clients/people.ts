/** Who somebody is to the catalog: roles by Slack id, e-mail address or user group, from a cache that is kept warm. */
import type { WebClient } from '@slack/web-api';
import type { Catalog, Role } from '../config/catalog.ts';
import type { Person } from '../records/deployment.ts';
import type { Clock } from './clock.ts';

/** `unknown`: the membership could not be read, which denies. */
export type May = 'yes' | 'no' | 'unknown';

export interface People {
  /** From the cache alone: no call, at once. */
  mayCached(person: Person, roles: readonly Role[]): May;
  /** Reads what the cache lacks; `unknown` if Slack does not tell. */
  may(person: Person, roles: readonly Role[]): Promise<May>;
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
  const known = (entry: string): Members | undefined => {
    if (isUser(entry)) return { ids: [entry], mention: `<@${entry}>`, at: clock.now() };
    const members = cache.get(entry);
    return members && clock.now() - members.at < freshFor ? members : undefined;
  };

  const read = async (entry: string): Promise<void> => {
    try {
      cache.set(entry, { ...(await membersOf(entry, slack)), at: clock.now() });
    } catch (error) {
      onProblem(entry, error);
    }
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
      await Promise.all(
        entriesOf(roles)
          .filter((entry) => !known(entry))
          .map(read),
      );
      return mayCached(person, roles);
    },
    mentions: (role) => catalog.people[role].map((entry) => known(entry)?.mention ?? entry),
    async refresh() {
      const entries = new Set(Object.values(catalog.people).flat());
      await Promise.all([...entries].filter((entry) => !isUser(entry)).map(read));
    },
  };
}

const isUser = (entry: string): boolean => /^[UW][A-Z0-9]+$/.test(entry);

async function membersOf(
  entry: string,
  slack: Pick<WebClient, 'users' | 'usergroups'>,
): Promise<Omit<Members, 'at'>> {
  if (entry.startsWith('@') || /^S[A-Z0-9]+$/.test(entry)) return membersOfGroup(entry, slack);
  const { user } = await slack.users.lookupByEmail({ email: entry });
  if (!user?.id) throw new Error(`Slack knows nobody with the address ${entry}.`);
  return { ids: [user.id], mention: `<@${user.id}>` };
}

async function membersOfGroup(entry: string, slack: Pick<WebClient, 'usergroups'>) {
  const id = entry.startsWith('@') ? await groupId(entry.slice(1), slack) : entry;
  const { users } = await slack.usergroups.users.list({ usergroup: id });
  return { ids: users ?? [], mention: `<!subteam^${id}>` };
}

async function groupId(handle: string, slack: Pick<WebClient, 'usergroups'>): Promise<string> {
  const { usergroups } = await slack.usergroups.list({});
  const id = usergroups?.find((group) => group.handle === handle)?.id;
  if (!id) throw new Error(`Slack has no user group @${handle}.`);
  return id;
}
