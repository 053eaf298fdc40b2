/** Who a message would notify: Slack's control sequences in mrkdwn, and the mention elements of rich text. */
import type { KnownBlock, MessageAttachment } from '@slack/types';

const SPECIAL = /<!(channel|here|everyone|group)(?:\|[^>]*)?>/g;
const PERSON = /<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/g;
const GROUP = /<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>/g;

/** `channel`, `here`, `everyone`, ids of users and user groups, each once. plain_text and raw cells never mention. */
export function mentionsOf(message: {
  text: string;
  blocks: KnownBlock[];
  attachments: MessageAttachment[];
}): string[] {
  const found = [...inText(message.text), ...inTree(message.blocks), ...inTree(message.attachments)];
  return [...new Set(found)];
}

function inText(text: string): string[] {
  return [SPECIAL, PERSON, GROUP].flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => match[1] ?? ''),
  );
}

function inTree(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(inTree);
  if (typeof node !== 'object' || node === null) return [];
  const fields = new Map<string, unknown>(Object.entries(node));
  return [...own(fields), ...[...fields.values()].flatMap(inTree)];
}

const TEXT_THAT_NEVER_MENTIONS = new Set(['plain_text', 'text', 'raw_text', 'raw_number', 'link', 'url']);

function own(fields: Map<string, unknown>): string[] {
  const type = fields.get('type');
  if (type === 'user') return [String(fields.get('user_id'))];
  if (type === 'usergroup') return [String(fields.get('usergroup_id'))];
  if (type === 'broadcast') return [String(fields.get('range'))];
  if (TEXT_THAT_NEVER_MENTIONS.has(String(type))) return [];
  return ['text', 'pretext', 'fallback'].flatMap((key) => {
    const value = fields.get(key);
    return typeof value === 'string' ? inText(value) : [];
  });
}
