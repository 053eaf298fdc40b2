/** files.*: uploads as web-api's filesUploadV2 does them, and looking at what is there. */
import { z } from 'zod';
import { addFile, fileFor, isVisible, showIn, wireFile } from '../files.ts';
import { channelFor, writableChannel } from '../lookup.ts';
import { contentFrom, say } from '../messages.ts';
import { SlackError } from '../slack-error.ts';
import type { State } from '../state.ts';
import type { SlackFile } from '../types.ts';
import { count, json, type Methods, method, type Rule } from './call.ts';

const write: Rule = { tier: 4, scopes: ['files:write'] };
const read: Rule = { scopes: ['files:read'], tier: 4 };
const uploaded = z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1);

export const fileMethods: Methods = {
  'files.getUploadURLExternal': method(
    write,
    { filename: z.string().min(1), length: z.coerce.number().int().min(1) },
    (args, state) => {
      const { id } = addFile(state, { name: args.filename, user: state.bot.id, size: args.length });
      return { upload_url: `${state.url}/upload/${id}`, file_id: id };
    },
  ),

  'files.completeUploadExternal': method(
    { ...write, writes: true },
    {
      files: json,
      channel_id: z.string().optional(),
      initial_comment: z.string().optional(),
      thread_ts: z.string().optional(),
      blocks: json,
    },
    (args, state) => {
      const listed = uploaded.safeParse(args.files);
      if (!listed.success) throw new SlackError('invalid_arguments');
      const files = listed.data.map(({ id, title }) => titled(state, id, title));
      if (args.channel_id) share(state, args.channel_id, files, args);
      return { files: files.map((file) => ({ id: file.id, title: file.title })) };
    },
  ),

  'files.info': method(read, { file: z.string() }, (args, state) => ({
    file: wireFile(fileFor(state, args.file)),
  })),

  /** Newest first. */
  'files.list': method(
    { ...read, tier: 3 },
    {
      channel: z.string().optional(),
      user: z.string().optional(),
      ts_from: z.coerce.number().default(0),
      ts_to: z.coerce.number().default(Number.POSITIVE_INFINITY),
      count: count(1000, 100),
      page: z.coerce.number().int().min(1).default(1),
    },
    (args, state) => {
      const channel = args.channel && channelFor(state, args.channel).id;
      const found = [...state.files.values()]
        .filter((file) => isVisible(state, file) && isComplete(file))
        .filter((file) => !channel || file.channels.includes(channel))
        .filter((file) => !args.user || file.user === args.user)
        .filter(({ created }) => created >= args.ts_from * 1000 && created <= args.ts_to * 1000)
        .toReversed();
      const start = (args.page - 1) * args.count;
      return {
        files: found.slice(start, start + args.count).map(wireFile),
        paging: {
          count: args.count,
          total: found.length,
          page: args.page,
          pages: Math.ceil(found.length / args.count),
        },
      };
    },
  ),
};

/** Until its upload was completed, nobody has it. */
const isComplete = ({ kind, channels, content }: SlackFile): boolean =>
  kind === 'canvas' || (channels.length > 0 && content !== '');

function titled(state: State, id: string, title: string | undefined): SlackFile {
  const file = fileFor(state, id);
  if (file.content === '') throw new SlackError('file_not_found');
  if (title) file.title = title;
  return file;
}

function share(
  state: State,
  channelId: string,
  files: SlackFile[],
  args: { initial_comment?: string | undefined; thread_ts?: string | undefined; blocks?: unknown },
): void {
  const content =
    args.initial_comment || args.blocks
      ? contentFrom(state, { text: args.initial_comment, blocks: args.blocks })
      : { text: '', blocks: [], attachments: [] };
  const channel = writableChannel(state, channelId);
  for (const file of files) showIn(channel, file);
  say(state, channel, {
    ...content,
    user: state.bot.id,
    files,
    ...(args.thread_ts && { threadTs: args.thread_ts }),
  });
}
