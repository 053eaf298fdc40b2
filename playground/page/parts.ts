/** What the page is told: named parts of the world, each sent again only when it has changed. */
import type { CloudEvent, CloudSnapshot } from '../cloud/index.ts';
import { people, versions, workspace } from '../estate.ts';
import type { ChannelSummary, Message, OpenedFile, View } from '../slack/types.ts';
import type { Stage } from '../stage.ts';
import type { Switches } from './switches.ts';

export interface Parts {
  /** The clock shows `at` at the real instant `since` (both milliseconds since 1970). */
  clock: { at: number; since: number; scale: number };
  workspace: {
    organization: string;
    bot: { id: string; name: string };
    people: { id: string; name: string; may: string }[];
    groups: { id: string; name: string }[];
    commands: { command: string; description: string; usage: string }[];
    shortcuts: { name: string; type: 'global' | 'message'; callbackId: string }[];
    hasHome: boolean;
    /** Service names by cluster, and the versions that can be chosen at the start. */
    clusters: { name: string; environment: string }[];
    services: string[];
    versions: string[];
  };
  /** `label` is `#name`, or with whom it is. */
  channels: (Pick<
    ChannelSummary,
    'id' | 'name' | 'kind' | 'topic' | 'purpose' | 'archived' | 'members' | 'pins' | 'bookmarks'
  > & { label: string })[];
  modal: View | null;
  home: View | null;
  cloud: Pick<CloudSnapshot['services'][number], ServiceField>[];
  images: { version: string; fault: string | null; service: string }[];
  events: CloudEvent[];
  bots: { name: string; pid: number | null }[];
  switches: Switches['state'];
  /** Their files' contents come with the files. */
  [message: `message ${string}`]: Message;
  [file: `file ${string}`]: OpenedFile;
}
type ServiceField =
  | 'cluster'
  | 'service'
  | 'version'
  | 'runningCount'
  | 'desiredCount'
  | 'pendingCount'
  | 'stable'
  | 'breaker'
  | 'deployments';

const mostEvents = 30;

/** The last things that happened in the cloud, kept while the page is served. */
export function keepEvents({ cloud }: Pick<Stage, 'cloud'>): { events: CloudEvent[]; stop(): void } {
  const events: CloudEvent[] = [];
  const stop = cloud.watch((event) => {
    events.unshift(event);
    events.splice(mostEvents);
  });
  return { events, stop };
}

/** The parts that stay as they are while the stage runs. */
export function fixedParts({
  slack,
  estate,
  manifest,
  clock,
  scale,
}: Stage): Pick<Parts, 'clock' | 'workspace'> {
  return {
    clock: { at: clock.now(), since: Date.now(), scale },
    workspace: {
      organization: estate.catalog.organization,
      bot: { id: slack.bot.id, name: slack.bot.name },
      people: people.map(({ id, name, may }) => ({ id, name, may })),
      groups: workspace.userGroups.map(({ id, handle }) => ({ id, name: handle })),
      shortcuts: [...manifest.shortcuts],
      hasHome: manifest.hasHome,
      commands: manifest.commands.map(({ command, description, usage }) => ({ command, description, usage })),
      clusters: [...estate.catalog.environments.keys()].map((environment) => ({
        name: estate.cluster(environment),
        environment,
      })),
      services: [...estate.catalog.services],
      versions: [...versions],
    },
  };
}

/** Everything that may change, as this person sees it. */
export function changingParts(
  stage: Stage,
  switches: Switches,
  events: readonly CloudEvent[],
  person: string,
) {
  const { slack, cloud, bots } = stage;
  const { services, repositories } = cloud.snapshot();
  const channels = slack
    .channels()
    .filter(({ kind, members }) => kind === 'public' || members.includes(person));
  const messages = [
    ...channels.flatMap(({ id }) => slack.messages(id).flatMap(({ ts }) => slack.thread(id, ts))),
    ...slack.ephemerals(person),
  ];
  const files = channels.flatMap(({ id }) => slack.files(id));
  return {
    channels: channels.map((channel) => ({ ...channel, label: labelOf(channel, slack.bot.name) })),
    modal: slack.modal(person) ?? null,
    home: slack.home(person) ?? null,
    cloud: services.map(
      ({
        cluster,
        service,
        version,
        runningCount,
        desiredCount,
        pendingCount,
        stable,
        breaker,
        deployments,
      }) => ({
        cluster,
        service,
        version,
        runningCount,
        desiredCount,
        pendingCount,
        stable,
        breaker,
        deployments,
      }),
    ),
    images: repositories.flatMap(({ name, images }) =>
      images.flatMap(({ tags, fault }) => tags.map((version) => ({ version, fault, service: name }))),
    ),
    events: [...events],
    bots: bots.map(({ name, pid }) => ({ name, pid: pid() ?? null })),
    switches: switches.state,
    ...Object.fromEntries(
      messages.map((message) => [`message ${message.channel} ${message.ts}`, withoutContents(message)]),
    ),
    ...Object.fromEntries(files.map((file) => [`file ${file.id}`, file])),
  } satisfies Partial<Parts>;
}

const labelOf = ({ kind, name }: ChannelSummary, bot: string): string =>
  kind === 'im' ? bot : kind === 'private' ? `🔒 ${name}` : `#${name}`;

const withoutContents = (message: Message): Message => ({
  ...message,
  files: message.files.map((file) => ({ ...file, content: '' })),
});
