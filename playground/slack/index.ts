/** A Slack workspace that runs on this machine: a real HTTP server that is as strict and as moody as Slack. */
import { events } from './delivery/events.ts';
import { outbox } from './delivery/outbox.ts';
import { sockets } from './delivery/sockets.ts';
import { faults } from './faults.ts';
import { opened } from './files.ts';
import { channelCalled, person } from './lookup.ts';
import { isTopLevel } from './messages.ts';
import { allMethods } from './methods/index.ts';
import { openHome, shortcut } from './people/app.ts';
import { typeCommand } from './people/commands.ts';
import { choose, click } from './people/interactions.ts';
import { closeModal, fill } from './people/modals.ts';
import { invite, openChannel, unarchive } from './people/rooms.ts';
import { edit, post, react, remove, unreact } from './people/talk.ts';
import type { Wires } from './people/wires.ts';
import { httpServer } from './server.ts';
import { type Channel, newState, type State } from './state.ts';
import type { ChannelSummary, Message, SlackOptions, SlackWorkspace, View } from './types.ts';
import { topView } from './views.ts';
import { webApi } from './web-api.ts';

export type * from './types.ts';

/** Listens on 127.0.0.1; the promise settles when the Web API can be called. */
export async function startSlack(options: SlackOptions): Promise<SlackWorkspace> {
  const state = newState(options);
  const http = httpServer(state);
  const connections = sockets(state, http.server);
  const box = outbox(state, connections);
  const wires: Wires = { state, outbox: box, events: events(state, box) };
  const stopping = new AbortController();
  await http.listen(webApi(state, allMethods(connections.open)));
  return {
    apiUrl: `${state.url}/api/`,
    url: state.url,
    team: state.team,
    bot: state.bot,
    connect: box.connect,
    verifyRequestUrl: async () => {
      const challenge = state.nextId('challenge');
      const { body } = await box.send('events_api', {
        type: 'url_verification',
        token: 'playground',
        challenge,
      });
      return (
        body === challenge ||
        (typeof body === 'object' && body !== null && Reflect.get(body, 'challenge') === challenge)
      );
    },
    ...actions(wires),
    ...sights(state),
    fail: faults(state, http, connections, stopping.signal),
    sockets: connections.count,
    stop: async () => {
      stopping.abort();
      wires.events.stop();
      box.stop();
      await connections.close();
      await http.close();
    },
  };
}

function actions(wires: Wires) {
  return {
    command: typeCommand.bind(null, wires),
    click: click.bind(null, wires),
    choose: choose.bind(null, wires),
    fill: fill.bind(null, wires),
    closeModal: closeModal.bind(null, wires),
    shortcut: shortcut.bind(null, wires),
    post: post.bind(null, wires),
    edit: edit.bind(null, wires),
    remove: remove.bind(null, wires),
    react: react.bind(null, wires),
    unreact: unreact.bind(null, wires),
    openChannel: openChannel.bind(null, wires),
    invite: invite.bind(null, wires),
    unarchive: unarchive.bind(null, wires),
    openHome: openHome.bind(null, wires),
  } satisfies Partial<SlackWorkspace>;
}

function sights(state: State) {
  const inChannel = (name: string) => channelCalled(state, name).messages;
  return {
    messages: (channel) => inChannel(channel).filter(isTopLevel).map(asItIsNow),
    thread: (channel, ts) =>
      inChannel(channel)
        .filter((one) => one.ts === ts || one.threadTs === ts)
        .map(asItIsNow),
    ephemerals: (name) => {
      const { id } = person(state, name);
      return state.ephemerals.filter((message) => message.to === id).map(asItIsNow);
    },
    modal: (name) => viewNow(topView(state, person(state, name).id)),
    home: (name) => viewNow(state.homes.get(person(state, name).id)),
    channels: () => [...state.channels.values()].map((channel) => summary(state, channel)),
    files: (channel) => {
      const { id } = channelCalled(state, channel);
      return [...state.files.values()].filter(({ channels }) => channels.includes(id)).map(opened);
    },
    log: state.log,
    watch: (listener) => {
      state.watchers.add(listener);
      return () => void state.watchers.delete(listener);
    },
  } satisfies Partial<SlackWorkspace>;
}

function asItIsNow(message: Message): Message {
  return { ...message, reactions: structuredClone(message.reactions) };
}

function viewNow(view: View | undefined): View | undefined {
  return view && { ...view, state: structuredClone(view.state) };
}

function summary(state: State, channel: Channel): ChannelSummary {
  const handle = (id: string) => (id === state.bot.id ? state.bot.name : (state.people.get(id)?.name ?? id));
  const { id, kind, topic, purpose, archived } = channel;
  return {
    id,
    name: kind === 'im' ? `@${handle(channel.name)}` : channel.name,
    topic,
    purpose,
    archived,
    kind,
    members: [...channel.members].map(handle),
    bookmarks: channel.bookmarks.map((bookmark) => ({ ...bookmark })),
    pins: [...channel.pins],
  };
}
