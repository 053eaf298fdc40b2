/** Makes channels be there, be called and say what they should; everything may run again without a second effect. */
import type { WebClient } from '@slack/web-api';
import { awayFor, SlackAway, SlackRefused } from '../slack-errors.ts';
import { type SlackCaller, unless } from './call.ts';
import { carries, channelName, fitting, purposeOf, unescaped } from './channel-text.ts';
import type { RoomClaims } from './claims.ts';
import type { Me } from './me.ts';

export interface Room {
  id: string;
  name: string;
}

/** So many names are tried (`…-2` to `…-20`) before a person has to look. */
const mostNames = 20;

export function createChannels(client: WebClient, { call }: SlackCaller, claims: RoomClaims, me: Me) {
  /** Null where the name is taken. */
  async function createNamed(name: string, isPrivate: boolean): Promise<Room | null> {
    try {
      const { channel } = await call('conversations.create', () =>
        client.conversations.create({ name, is_private: isPrivate }),
      );
      if (!channel?.id) throw new SlackAway('Slack gave a channel without an id', awayFor);
      return { id: channel.id, name: channel.name ?? name };
    } catch (error) {
      if (error instanceof SlackRefused && error.reason === 'name_taken') return null;
      throw error;
    }
  }

  /** Channels that the bot made and is in; it is in every one it has just made. */
  async function ownChannels(): Promise<(Room & { purpose: string; isPrivate: boolean })[]> {
    const self = await me();
    const own = [];
    for (let cursor: string | undefined; ; ) {
      const page = await call('users.conversations', () =>
        client.users.conversations({
          types: 'public_channel,private_channel',
          exclude_archived: true,
          limit: 999,
          ...(cursor && { cursor }),
        }),
      );
      for (const { id, name, creator, purpose, is_private: isPrivate = false } of page.channels ?? []) {
        if (id && name && creator === self) own.push({ id, name, purpose: purpose?.value ?? '', isPrivate });
      }
      cursor = page.response_metadata?.next_cursor;
      if (!cursor) return own;
    }
  }

  async function setPurpose(channel: string, purpose: string): Promise<void> {
    await call('conversations.setPurpose', () => client.conversations.setPurpose({ channel, purpose }), {
      channel,
    });
  }

  const info = async (channel: string) =>
    (await call('conversations.info', () => client.conversations.info({ channel }), { channel })).channel;

  return {
    /**
     * A channel of this name, or with `-2`, `-3`, … at its end. `key` names what it is for (`INC-12`): a channel of that key
     * is given again. Slack takes no key when it creates a channel, so after a lost answer the name is taken by a channel
     * of the bot's own that says nothing yet. It is adopted, but claimed in Redis first: two incidents that wanted the same
     * name must not share a room. Its purpose then says whose it is.
     */
    async create(wanted: string, isPrivate: boolean, key: string): Promise<Room> {
      let own: Awaited<ReturnType<typeof ownChannels>> | undefined;
      for (let n = 1; n <= mostNames; n++) {
        const name = channelName(wanted, n);
        let room = own?.some((one) => one.name === name) ? null : await createNamed(name, isPrivate);
        if (!room) {
          own ??= await ownChannels();
          const known = own.find((one) => one.name === name && one.isPrivate === isPrivate);
          if (known && carries(known.purpose, key)) return { id: known.id, name };
          if (known?.purpose !== '') continue;
          room = { id: known.id, name };
        }
        if ((await claims.claim(room.id, key)) !== key) continue;
        await setPurpose(room.id, purposeOf(key));
        return room;
      }
      throw new SlackRefused('conversations.create', 'name_taken');
    },

    /** Gives what it is called now: with a number at its end where the name is taken. */
    async rename(id: string, wanted: string): Promise<Room> {
      const now = (await info(id))?.name;
      for (let n = 1; n <= mostNames; n++) {
        const name = channelName(wanted, n);
        if (name === now) return { id, name };
        try {
          const { channel } = await call(
            'conversations.rename',
            () => client.conversations.rename({ channel: id, name }),
            { channel: id },
          );
          return { id, name: channel?.name ?? name };
        } catch (error) {
          if (!(error instanceof SlackRefused && error.reason === 'name_taken')) throw error;
        }
      }
      throw new SlackRefused('conversations.rename', 'name_taken');
    },

    /** Cut to 250 characters; set only where it says something else, since Slack tells everybody in the channel. */
    async topic(id: string, text: string): Promise<void> {
      const topic = fitting(text);
      if (unescaped((await info(id))?.topic?.value ?? '') === topic) return;
      await call('conversations.setTopic', () => client.conversations.setTopic({ channel: id, topic }), {
        channel: id,
      });
    },

    /** As `topic`. It must go on naming the key that the room was created for. */
    async purpose(id: string, text: string): Promise<void> {
      const purpose = fitting(text);
      if (unescaped((await info(id))?.purpose?.value ?? '') !== purpose) await setPurpose(id, purpose);
    },

    async archive(id: string): Promise<void> {
      await unless(['already_archived'], () =>
        call('conversations.archive', () => client.conversations.archive({ channel: id })),
      );
    },

    /**
     * Slack takes a bot out of what is archived and lets nobody unarchive a channel that they are not in, so this is
     * mostly refused with `not_in_channel`: a person has to do it. (slack-go issue 1066.)
     */
    async unarchive(id: string): Promise<void> {
      await unless(['not_archived'], () =>
        call('conversations.unarchive', () => client.conversations.unarchive({ channel: id })),
      );
    },

    /** Only public channels; a private one refuses with `method_not_supported_for_channel_type`. */
    async join(id: string): Promise<void> {
      await call('conversations.join', () => client.conversations.join({ channel: id }));
    },
  };
}
