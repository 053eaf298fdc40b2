/** Everything the simulated workspace remembers. */
import type { Clock } from '../../src/clients/clock.ts';
import type { LogEntry, Message, Person, SlackFile, SlackOptions, StateValues, View } from './types.ts';

export interface Bookmark {
  id: string;
  title: string;
  link: string;
  emoji?: string;
}

export interface Channel {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'im' | 'mpim';
  created: number;
  creator: string;
  archived: boolean;
  members: Set<string>;
  topic: string;
  purpose: string;
  /** Oldest first, replies included. */
  messages: Message[];
  bookmarks: Bookmark[];
  /** The `ts` of pinned messages, in the order of pinning. */
  pins: string[];
  /** Id of the channel's own canvas. */
  canvas?: string;
}

export interface UserGroup {
  id: string;
  handle: string;
  /** Ids of people. */
  members: string[];
}

export interface ResponseUrl {
  token: string;
  user: string;
  channel: string;
  expires: number;
  uses: number;
  /** What `replace_original` and `delete_original` mean. */
  original?: Message;
}

interface FaultState {
  outage?: 'refuse' | '500' | '503' | 'hang';
  latencyMs: number;
  limited: Map<string, { seconds: number; times: number }>;
  errors: Map<string, { code: string; times: number }>;
  lost: Map<string, number>;
  refusedBlocks: Set<string>;
  groupsError?: string;
}

export type SlackEvent = { type: string; event_ts?: string; [field: string]: unknown };

export interface State {
  readonly options: SlackOptions;
  readonly clock: Clock;
  readonly team: { id: string; domain: string };
  readonly bot: { id: string; botId: string; appId: string; name: string };
  readonly people: Map<string, Person>;
  readonly groups: UserGroup[];
  readonly channels: Map<string, Channel>;
  readonly ephemerals: Message[];
  /** Open modals by person, the visible one last. */
  readonly modals: Map<string, View[]>;
  readonly homes: Map<string, View>;
  /** What is chosen in menus of messages. */
  readonly chosen: WeakMap<Message, StateValues>;
  readonly triggers: Map<string, { user: string; expires: number; used: boolean; fromModal: boolean }>;
  readonly responseUrls: Map<string, ResponseUrl>;
  readonly files: Map<string, SlackFile>;
  readonly log: LogEntry[];
  readonly watchers: Set<(entry: LogEntry) => void>;
  /** Who hears of events that the app may be subscribed to. */
  readonly subscribers: Set<(event: SlackEvent) => void>;
  readonly faults: FaultState;
  /** The workspace's own address; known once it listens. */
  url: string;
  nextId(prefix: string): string;
  /** Slack's message timestamp: seconds with six decimals, unique and rising in the workspace. */
  nextTs(): string;
}

const TEAM = { id: 'T0PILOT01', domain: 'pilothouse' };

export function newState(options: SlackOptions): State {
  const bot = {
    id: 'U0PILOT00',
    botId: 'B0PILOT00',
    appId: 'A0PILOT00',
    name: options.botName ?? 'pilothouse',
  };
  const state: State = {
    options,
    clock: options.clock,
    team: TEAM,
    bot,
    people: new Map(options.people.map((person) => [person.id, person])),
    groups: (options.userGroups ?? []).map((group) => ({
      ...group,
      members: group.members.map((name) => idOfMember(options.people, name)),
    })),
    channels: new Map(),
    ephemerals: [],
    modals: new Map(),
    homes: new Map(),
    chosen: new WeakMap(),
    triggers: new Map(),
    responseUrls: new Map(),
    files: new Map(),
    log: [],
    watchers: new Set(),
    subscribers: new Set(),
    faults: {
      latencyMs: options.latencyMs ?? 5,
      limited: new Map(),
      errors: new Map(),
      lost: new Map(),
      refusedBlocks: new Set(),
    },
    url: '',
    nextId: counter(),
    nextTs: timestamps(options.clock),
  };
  for (const name of options.channels)
    addChannel(state, { name, kind: 'public', creator: bot.id, everybody: true });
  return state;
}

export function addChannel(
  state: State,
  { name, kind, creator, everybody }: Pick<Channel, 'name' | 'kind' | 'creator'> & { everybody?: boolean },
): Channel {
  const channel: Channel = {
    id: state.nextId(kind === 'im' ? 'D' : 'C'),
    name,
    kind,
    creator,
    created: Math.floor(state.clock.now() / 1000),
    archived: false,
    members: new Set(everybody ? [state.bot.id, ...state.people.keys()] : [creator]),
    topic: '',
    purpose: '',
    messages: [],
    bookmarks: [],
    pins: [],
  };
  state.channels.set(channel.id, channel);
  return channel;
}

export function announce(state: State, event: SlackEvent): void {
  for (const subscriber of state.subscribers) subscriber(event);
}

export function record(state: State, entry: Omit<LogEntry, 'at' | 'channelName'>): void {
  const channel = entry.channel ? state.channels.get(entry.channel) : undefined;
  const full: LogEntry = {
    at: state.clock.now(),
    ...entry,
    ...(channel && channel.kind !== 'im' && { channelName: channel.name }),
  };
  state.log.push(full);
  for (const watcher of [...state.watchers]) watcher(full);
}

function idOfMember(people: Person[], name: string): string {
  const person = people.find((one) => one.name === name || one.id === name);
  if (!person) throw new Error(`A user group names "${name}", who is not among the people`);
  return person.id;
}

function counter(): State['nextId'] {
  let last = 0;
  return (prefix) => {
    last += 1;
    return `${prefix}${last.toString(36).toUpperCase().padStart(9, '0')}`;
  };
}

function timestamps(clock: Clock): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, clock.now() * 1000);
    return `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, '0')}`;
  };
}
