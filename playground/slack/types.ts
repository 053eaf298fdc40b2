/** The words of the simulated Slack workspace: what a test, a demo or a page says to it and sees of it. */
import type { HomeView, KnownBlock, MessageAttachment, MessageMetadata, ModalView } from '@slack/types';
import type { Clock } from '../../src/clients/clock.ts';

/** `name` is the handle, without '@'. */
export interface Person {
  id: string;
  name: string;
  email: string;
}

export interface SlackOptions {
  /** Message timestamps, trigger and response_url lifetimes, event retries and rate limits run on this clock. */
  clock: Clock;
  /** 0 or nothing: any free port. */
  port?: number;
  signingSecret: string;
  botToken: string;
  /** Needed for Socket Mode (`apps.connections.open`). */
  appToken?: string;
  people: Person[];
  /** Names without '#'; the bot and everybody are members of all of them. */
  channels: string[];
  /** `members` are handles of people. */
  userGroups?: { id: string; handle: string; members: string[] }[];
  /** Granted bot scopes; nothing means all. A method whose scope is missing answers `missing_scope`. */
  scopes?: string[];
  /** Real milliseconds each Web API call takes; 5 when not said. */
  latencyMs?: number;
  /** Slash commands the app declares, without '/'. */
  commands?: string[];
  /** Shortcuts the app declares; nothing means that there is one for every callback id. */
  shortcuts?: { callbackId: string; type: 'global' | 'message' }[];
  /** Events the app subscribes to, with Slack's names in its manifest. */
  events?: string[];
  /** Whether the app asked Slack to turn @names and #channels in slash text into ids (`should_escape`). */
  escapeMentions?: boolean;
  /** False switches the rate limits off (for measuring the bot alone). */
  rateLimits?: boolean;
  /** Handle of the bot; 'pilothouse' when not said. */
  botName?: string;
}

interface Reaction {
  name: string;
  users: string[];
  count: number;
}

export interface SlackFile {
  id: string;
  name: string;
  title: string;
  /** Bytes. */
  size: number;
  mimetype: string;
  /** Base64; of a canvas its markdown. */
  content: string;
  kind: 'file' | 'canvas';
  /** Who owns it. */
  user: string;
  /** Milliseconds since 1970. */
  created: number;
  /** Ids of the channels that may see it. */
  channels: string[];
  permalink: string;
}

/** A file or canvas as somebody opens it. */
export interface OpenedFile extends Omit<SlackFile, 'content'> {
  text: string;
}

/** A message as it is now, after edits. `channel`, `user` and `to` are ids. */
export interface Message {
  channel: string;
  ts: string;
  user: string;
  byBot: boolean;
  text: string;
  blocks: KnownBlock[];
  attachments: MessageAttachment[];
  files: SlackFile[];
  reactions: Reaction[];
  /** Who would be notified by it: `channel`, `here`, `everyone`, ids of users (U…) and of user groups (S…). */
  mentions: string[];
  /** `slackbot`: Slack's own words to one person, for example that a command failed. */
  kind: 'message' | 'ephemeral' | 'slackbot';
  /** Who sees an ephemeral message. */
  to?: string;
  threadTs?: string;
  broadcast?: boolean;
  metadata?: MessageMetadata;
  edited?: { user: string; ts: string };
  pinned: boolean;
}

export interface StateValue {
  type: string;
  [field: string]: unknown;
}
/** What is filled in so far: block_id, then action_id. */
export type StateValues = Record<string, Record<string, StateValue>>;

/** An open modal or a home tab with what Slack adds to it. `errors` is what is shown under the inputs, by block_id. */
export type View = (ModalView | HomeView) & {
  id: string;
  hash: string;
  state: { values: StateValues };
  rootId: string;
  previousId?: string;
  /** Slack's answer to an open modal that could not be delivered. */
  trouble?: string;
  errors?: Record<string, string>;
};

export interface LogEntry {
  /** Milliseconds since 1970 on the workspace's clock. */
  at: number;
  /** A Web API method, `response_url`, `ack /deploy`, `delivery`, or `person.…` for what a person did. */
  method: string;
  ok: boolean;
  error?: string;
  /** Slack's explanations of the error, with JSON pointers. */
  errors?: string[];
  channel?: string;
  channelName?: string;
  ts?: string;
  user?: string;
  text?: string;
  args: Readonly<Record<string, unknown>>;
}

export interface Delivery {
  /** HTTP status of the bot's answer (200 for a Socket Mode acknowledgement), 0 when there was none. */
  status: number;
  /** Real milliseconds until the acknowledgement. */
  ms: number;
  body: unknown;
  /** The message that came with the acknowledgement, or Slack's own error. */
  reply?: Message;
  /** What people would read as Slack's error: operation_timeout, dispatch_failed, invalid_blocks… */
  error?: string;
  /** Shown under the inputs of a modal, by block_id. */
  errors?: Record<string, string>;
  /** What became of the modal. */
  modal?: 'closed' | 'cleared' | 'updated' | 'pushed' | 'kept';
}

export interface MessagePlace {
  /** Name or id. */
  channel: string;
  ts: string;
}
export interface ButtonChoice {
  text?: string;
  actionId?: string;
  value?: string;
}
export interface MenuChoice {
  /** Which menu: by action_id, or by placeholder or label. Without: the newest menu that has the option. */
  actionId?: string;
  label?: string;
  /** The option's text or value; a handle or id for a menu of people; several for a multi-select. */
  option: string | string[];
}

export interface Faults {
  /**
   * 'refuse' breaks every connection, sockets included; '500' and '503' answer so; 'hang' never answers.
   * People still reach the bot in all but 'refuse'.
   */
  outage(on: boolean, how?: 'refuse' | '500' | '503' | 'hang'): void;
  /** The next `times` calls answer 429 with `Retry-After: seconds`. */
  rateLimit(method: string, seconds: number, times: number): void;
  error(method: string, code: string, times?: number): void;
  latency(ms: number): void;
  /** Does what was asked, then drops the connection without an answer. */
  loseAnswer(method: string, times: number): void;
  /** Messages and views with these block types answer invalid_blocks; an empty list allows all again. */
  refuseBlocks(types: string[]): void;
  /** User group calls fail with `code` ('internal_error' when not said) until called with false. */
  forgetGroups(on?: boolean, code?: string): void;
  /** An outage that ends by itself after so many milliseconds of the workspace's clock. */
  down(ms: number, how?: 'refuse' | '500' | '503' | 'hang'): void;
  /** Asks every socket to reconnect, as Slack does when it recycles a host. */
  disconnectSockets(reason?: 'warning' | 'refresh_requested' | 'link_disabled'): void;
}

export interface SlackWorkspace {
  /** For `slackApiUrl` and `SLACK_API_URL`. */
  readonly apiUrl: string;
  readonly url: string;
  readonly bot: { id: string; botId: string; name: string };
  readonly team: { id: string; domain: string };
  /** HTTP mode: where commands, interactions and events are POSTed. A connected socket takes precedence. */
  connect(requestUrl: string): void;
  /** Sends Slack's url_verification and says whether the challenge came back. */
  verifyRequestUrl(): Promise<boolean>;

  /** '/deploy production all' typed in a channel ('deployments' when not said). `autoformat`: as a composer garbles it. */
  command(text: string, by: { as: string; in?: string; autoformat?: boolean }): Promise<Delivery>;
  /**
   * The open modal, else the newest message that holds such a button and that the person can see, else the home tab;
   * `home`: only that.
   */
  click(button: ButtonChoice, by: { as: string; message?: MessagePlace; home?: boolean }): Promise<Delivery>;
  choose(choice: MenuChoice, by: { as: string; message?: MessagePlace; home?: boolean }): Promise<Delivery>;
  /** Fills inputs of the open modal, by label, action_id or block_id, and submits it. */
  fill(values: Record<string, string | string[]>, by: { as: string }): Promise<Delivery>;
  closeModal(by: { as: string }): Promise<Delivery>;
  /** A global shortcut, or with `message` a message shortcut. Throws for one that the app does not declare. */
  shortcut(callbackId: string, by: { as: string; message?: MessagePlace }): Promise<Delivery>;
  /**
   * `@name`, `@group`, `#channel` and `@here` become mentions as in Slack's composer. `in: '@pilothouse'` (the bot's
   * handle) is a direct message to the bot. `files` are uploaded with it; their `content` is text.
   */
  post(
    text: string,
    by: { as: string; in: string; thread?: string; files?: { name: string; content: string }[] },
  ): Promise<Delivery & { message: Message }>;
  /** People change and delete their own messages only. */
  edit(text: string, by: { as: string; message: MessagePlace }): Promise<Delivery>;
  remove(by: { as: string; message: MessagePlace }): Promise<Delivery>;
  /** With or without colons; 📌 is `pushpin`. */
  react(name: string, by: { as: string; message: MessagePlace }): Promise<Delivery>;
  unreact(name: string, by: { as: string; message: MessagePlace }): Promise<Delivery>;
  openHome(by: { as: string }): Promise<Delivery>;
  /** Makes a channel with this person in it, and the bot where it is `withBot`. Gives its id. */
  openChannel(name: string, by: { as: string; isPrivate?: boolean; withBot?: boolean }): string;
  /** Invites people (handles), or the bot by its handle, to a channel that `as` is in. */
  invite(names: string[], by: { as: string; in: string }): Promise<Delivery>;
  /** What only people can do: Slack takes a bot out of what is archived. */
  unarchive(channel: string, by: { as: string }): void;

  /**
   * Top level, oldest first. `channel` is a name, an id or '@ana' for the bot's direct messages with ana, here and
   * below; persons are a handle or an id.
   */
  messages(channel: string): Message[];
  /** The parent and its replies, oldest first. */
  thread(channel: string, ts: string): Message[];
  /** What only this person saw, oldest first. */
  ephemerals(person: string): Message[];
  modal(person: string): View | undefined;
  home(person: string): View | undefined;
  channels(): ChannelSummary[];
  /** Files and canvases that a channel's members may see, oldest first. */
  files(channel: string): OpenedFile[];
  readonly log: readonly LogEntry[];
  watch(listener: (entry: LogEntry) => void): () => void;

  readonly fail: Faults;
  /** Open Socket Mode connections. */
  sockets(): number;
  stop(): Promise<void>;
}

export interface ChannelSummary {
  id: string;
  /** Of a direct message: the person's handle with '@'. */
  name: string;
  topic: string;
  purpose: string;
  archived: boolean;
  kind: 'public' | 'private' | 'im' | 'mpim';
  /** Handles. */
  members: string[];
  bookmarks: { id: string; title: string; link: string; emoji?: string }[];
  /** The pinned messages' `ts`, in the order of pinning. */
  pins: string[];
}
