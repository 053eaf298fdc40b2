/** Files and canvases of the workspace: who owns them, where they are, and how payloads show them. */
import { omit } from 'es-toolkit';
import { SlackError } from './slack-error.ts';
import type { Channel, State } from './state.ts';
import type { OpenedFile, SlackFile } from './types.ts';

const TYPES: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  txt: 'text/plain',
  log: 'text/plain',
  json: 'application/json',
  csv: 'text/csv',
  png: 'image/png',
  jpg: 'image/jpeg',
};

/** Nobody sees it until it is in a channel. */
export function addFile(
  state: State,
  { name, title = name, user, kind = 'file', text, size }: NewFile,
): SlackFile {
  const id = state.nextId('F');
  const place = kind === 'canvas' ? `docs/${state.team.id}/${id}` : `files/${user}/${id}/${slug(name)}`;
  const file: SlackFile = {
    id,
    name,
    title,
    kind,
    user,
    size: size ?? Buffer.byteLength(text ?? ''),
    mimetype:
      kind === 'canvas'
        ? 'application/vnd.slack-docs'
        : (TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'),
    content: Buffer.from(text ?? '').toString('base64'),
    created: state.clock.now(),
    channels: [],
    permalink: `https://${state.team.domain}.slack.com/${place}`,
  };
  state.files.set(id, file);
  return file;
}

interface NewFile {
  name: string;
  title?: string;
  user: string;
  kind?: SlackFile['kind'];
  text?: string;
  /** Bytes that are still to come. */
  size?: number;
}

export function showIn(channel: Channel, file: SlackFile): void {
  if (!file.channels.includes(channel.id)) file.channels.push(channel.id);
}

/** For the Web API: the bot sees its own and those of its channels. */
export function fileFor(state: State, id: string): SlackFile {
  const file = state.files.get(id);
  if (!file || !isVisible(state, file)) throw new SlackError('file_not_found');
  return file;
}

export const isVisible = (state: State, { user, channels }: SlackFile): boolean =>
  user === state.bot.id || channels.some((id) => state.channels.get(id)?.members.has(state.bot.id));

export function wireFile(file: SlackFile): Record<string, unknown> {
  const { kind, created, name } = file;
  return {
    ...omit(file, ['content', 'kind']),
    created: Math.floor(created / 1000),
    timestamp: Math.floor(created / 1000),
    mode: kind === 'canvas' ? 'quip' : 'hosted',
    filetype: kind === 'canvas' ? 'quip' : (name.split('.').at(-1) ?? 'text'),
    url_private: file.permalink.replace('/files/', '/files-pri/'),
  };
}

export const opened = (file: SlackFile): OpenedFile => ({
  ...omit(file, ['content']),
  text: Buffer.from(file.content, 'base64').toString(),
});

const slug = (name: string): string => name.toLowerCase().replace(/[^a-z0-9.]+/g, '_');
