/** files.getUploadURLExternal and files.completeUploadExternal: what web-api's filesUploadV2 calls. */
import { z } from 'zod';
import { writableChannel } from '../lookup.ts';
import { contentFrom, say } from '../messages.ts';
import { SlackError } from '../slack-error.ts';
import type { State } from '../state.ts';
import type { SlackFile } from '../types.ts';
import { json, type Methods, method, type Rule } from './call.ts';

const rule: Rule = { tier: 4, scopes: ['files:write'] };
const uploaded = z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1);

export const fileMethods: Methods = {
  'files.getUploadURLExternal': method(
    rule,
    { filename: z.string().min(1), length: z.coerce.number().int().min(1) },
    (args, state) => {
      const id = state.nextId('F');
      state.files.set(id, {
        id,
        name: args.filename,
        title: args.filename,
        size: args.length,
        mimetype: 'application/octet-stream',
        content: '',
      });
      return { upload_url: `${state.url}/upload/${id}`, file_id: id };
    },
  ),

  'files.completeUploadExternal': method(
    { ...rule, writes: true },
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
};

function titled(state: State, id: string, title: string | undefined): SlackFile {
  const file = state.files.get(id);
  if (!file) throw new SlackError('file_not_found');
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
  say(state, writableChannel(state, channelId), {
    ...content,
    user: state.bot.id,
    files,
    ...(args.thread_ts && { threadTs: args.thread_ts }),
  });
}
