/** Canvases and files, each put there once. */
import type { WebClient } from '@slack/web-api';
import { awayFor, SlackAway } from '../slack-errors.ts';
import type { SlackCaller } from './call.ts';
import { unescaped } from './channel-text.ts';
import type { Me } from './me.ts';

export interface Document {
  /** Slack's id of the file; a canvas is a file too. */
  id: string;
  link: string;
}

export function createDocuments(client: WebClient, { call }: SlackCaller, me: Me) {
  async function linkOf(file: string): Promise<string> {
    const { file: about } = await call('files.info', () => client.files.info({ file }));
    if (!about?.permalink) throw new SlackAway('Slack gave a file without an address', awayFor);
    return about.permalink;
  }

  /** The newest hundred of the bot's own files. */
  async function ownFiles(where: { channel?: string; ts_from?: string }) {
    const user = await me();
    const { files = [] } = await call('files.list', () => client.files.list({ ...where, user, count: 100 }));
    return files;
  }

  async function send(url: string, content: Uint8Array<ArrayBuffer>): Promise<void> {
    const answer = await fetch(url, {
      method: 'POST',
      body: content,
      signal: AbortSignal.timeout(30_000),
    }).catch((error: unknown) => {
      const why = error instanceof Error ? error.name : 'unknown error';
      throw new SlackAway(`Slack does not take the file: ${why}`, awayFor);
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new SlackAway(`Slack does not take the file: ${answer.status}`, awayFor);
  }

  return {
    /**
     * A canvas that everybody in the channel may edit. `since` (ms since 1970) is when it may have been made already, null
     * if this is the first try. Free workspaces refuse it (`free_teams_cannot_create_non_tabbed_canvases`).
     */
    async canvas(channel: string, title: string, markdown: string, since: number | null): Promise<Document> {
      const made =
        since === null
          ? undefined
          : (await ownFiles({ ts_from: String(Math.floor(since / 1000) - 60) })).find(
              (file) => unescaped(file.title ?? '') === title,
            );
      const id =
        made?.id ??
        (
          await call('canvases.create', () =>
            client.canvases.create({ title, document_content: { type: 'markdown', markdown } }),
          )
        ).canvas_id;
      if (!id) throw new SlackAway('Slack gave a canvas without an id', awayFor);
      await call('canvases.access.set', () =>
        client.canvases.access.set({ canvas_id: id, access_level: 'write', channel_ids: [channel] }),
      );
      return { id, link: await linkOf(id) };
    },

    /**
     * A text file, unless the channel has one of the bot's of this name and size. `since` (ms since 1970) is when it may
     * have been put there already, with what was known then, null if this is the first try: the size may differ. `fresh`:
     * it was put there now, so it says just this.
     */
    async file(
      channel: string,
      { name, title, content }: { name: string; title: string; content: string },
      thread?: string,
      since: number | null = null,
    ): Promise<Document & { fresh: boolean }> {
      const bytes = new TextEncoder().encode(content);
      const isKnown = ({
        name: its = '',
        size,
        created = 0,
      }: {
        name?: string;
        size?: number;
        created?: number;
      }) =>
        unescaped(its) === name &&
        (size === bytes.length || (since !== null && created >= Math.floor(since / 1000)));
      const known = (await ownFiles({ channel })).find(isKnown);
      if (known?.id) {
        return { id: known.id, link: known.permalink ?? (await linkOf(known.id)), fresh: false };
      }
      const { upload_url: url, file_id: id } = await call('files.getUploadURLExternal', () =>
        client.files.getUploadURLExternal({ filename: name, length: bytes.length }),
      );
      if (!url || !id) throw new SlackAway('Slack gave no address for a file', awayFor);
      await send(url, bytes);
      await call(
        'files.completeUploadExternal',
        () =>
          client.files.completeUploadExternal({
            files: [{ id, title }],
            channel_id: channel,
            ...(thread && { thread_ts: thread }),
          }),
        { channel },
      );
      return { id, link: await linkOf(id), fresh: true };
    },
  };
}
