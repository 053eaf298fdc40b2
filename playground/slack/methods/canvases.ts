/** canvases.* and conversations.canvases.create: documents in markdown. A free workspace is `fail.error(method, …)`. */
import { z } from 'zod';
import { addFile, fileFor, showIn } from '../files.ts';
import { writableChannel } from '../lookup.ts';
import { SlackError } from '../slack-error.ts';
import type { State } from '../state.ts';
import type { SlackFile } from '../types.ts';
import { json, type Methods, method, type Rule } from './call.ts';

const rule: Rule = { tier: 2, scopes: ['canvases:write'], writes: true };
const content = z.object({ type: z.literal('markdown'), markdown: z.string() }).optional();
/** Slack documentation, "Formatting canvases": headings are #, ## and ###. */
const DEEP_HEADING = /^#{4,}\s/m;

const ids = z.preprocess((value) => {
  if (typeof value !== 'string') return value;
  return value.startsWith('[') ? JSON.parse(value) : value.split(',');
}, z.array(z.string()).optional());

export const canvasMethods: Methods = {
  'canvases.create': method(
    rule,
    { title: z.string().optional(), document_content: json, channel_id: z.string().optional() },
    (args, state) => {
      const channel = args.channel_id && writableChannel(state, args.channel_id);
      const canvas = made(state, args);
      if (channel) showIn(channel, canvas);
      return { canvas_id: canvas.id };
    },
  ),

  'conversations.canvases.create': method(
    rule,
    { channel_id: z.string(), title: z.string().optional(), document_content: json },
    (args, state) => {
      const channel = writableChannel(state, args.channel_id);
      if (channel.canvas) throw new SlackError('channel_canvas_already_exists');
      const canvas = made(state, args);
      channel.canvas = canvas.id;
      showIn(channel, canvas);
      return { canvas_id: canvas.id };
    },
  ),

  'canvases.access.set': method(
    { ...rule, tier: 3 },
    { canvas_id: z.string(), access_level: z.enum(['read', 'write']), channel_ids: ids, user_ids: ids },
    (args, state) => {
      const canvas = fileFor(state, args.canvas_id);
      if (canvas.kind !== 'canvas') throw new SlackError('canvas_not_found');
      if (!args.channel_ids === !args.user_ids) throw new SlackError('invalid_parameters');
      for (const id of args.channel_ids ?? []) showIn(writableChannel(state, id), canvas);
    },
  ),
};

function made(state: State, args: { title?: string | undefined; document_content?: unknown }): SlackFile {
  const parsed = content.safeParse(args.document_content);
  if (!parsed.success) throw new SlackError('invalid_arguments');
  const text = parsed.data?.markdown ?? '';
  if (DEEP_HEADING.test(text)) throw new SlackError('canvas_creation_failed');
  const title = args.title ?? 'Untitled';
  return addFile(state, { name: title, title, user: state.bot.id, kind: 'canvas', text });
}
