/** Decides whether Slack would take these blocks, and gives them the ids that Slack gives. */
import type { KnownBlock, MessageAttachment } from '@slack/types';
import { z } from 'zod';
import { SlackError } from '../slack-error.ts';
import { messageBlock } from './blocks.ts';
import { at, complaints } from './complaints.ts';
import { assignIds } from './ids.ts';
import { blocksSize, MOST_BLOCK_CHARACTERS } from './size.ts';
import { nodes, structure } from './structure.ts';
import { DATA_TABLE_CHARACTERS, TABLE_FAMILY } from './tables.ts';

/** Most blocks in a message (Slack documentation). */
const MOST_BLOCKS = 50;
const MOST_ATTACHMENTS = 100;

const messageBlocks = z.array(messageBlock).max(MOST_BLOCKS);
const attachments = z.array(z.looseObject({ blocks: messageBlocks.optional() })).max(MOST_ATTACHMENTS);

/**
 * The blocks of a message. Throws a SlackError: invalid_blocks_format for what is no list, invalid_blocks with
 * Slack's sentences, only_one_table_allowed, msg_blocks_too_long.
 */
export function checkMessageBlocks(value: unknown, refused: ReadonlySet<string>): KnownBlock[] {
  if (value === undefined || value === null || value === '') return [];
  if (!Array.isArray(value)) throw new SlackError('invalid_blocks_format');
  mustBeFine(value, problems(value, refused, ['blocks']));
  mustFit(value);
  return assignIds(value);
}

export function checkAttachments(value: unknown, refused: ReadonlySet<string>): MessageAttachment[] {
  if (value === undefined || value === null || value === '') return [];
  const parsed = attachments.safeParse(value);
  if (!parsed.success) {
    const tooMany = parsed.error.issues.some((issue) => issue.code === 'too_big' && issue.path.length === 0);
    if (tooMany) throw new SlackError('too_many_attachments');
    throw invalid('invalid_attachments', complaints(parsed.error, value, ['attachments']));
  }
  return parsed.data.map(({ blocks, ...rest }) => ({
    ...rest,
    ...(blocks && { blocks: checkMessageBlocks(blocks, refused) }),
  }));
}

export function invalid(code: string, errors: string[]): SlackError {
  return new SlackError(code, {
    errors,
    response_metadata: { messages: errors.map((error) => `[ERROR] ${error}`) },
  });
}

/** Block types that the workspace was told to refuse, as Slack refuses what is not rolled out to a team. */
export function refusals(blocks: unknown[], refused: ReadonlySet<string>, root: string[]): string[] {
  return blocks.flatMap((block, index) => {
    const type = typeof block === 'object' && block !== null ? String(Reflect.get(block, 'type')) : '';
    return refused.has(type) ? [at(`unsupported type: ${type}`, [...root, index, 'type'])] : [];
  });
}

function problems(value: unknown[], refused: ReadonlySet<string>, root: string[]): string[] {
  const parsed = messageBlocks.safeParse(value);
  const shape = parsed.success ? structure(parsed.data, root) : complaints(parsed.error, value, root);
  return [...refusals(value, refused, root), ...shape];
}

function mustBeFine(value: unknown[], errors: string[]): asserts value is KnownBlock[] {
  if (errors.length > 0) throw invalid('invalid_blocks', errors);
}

function mustFit(blocks: KnownBlock[]): void {
  const tables = nodes(blocks).filter((node) => TABLE_FAMILY.has(String(node.type)));
  if (tables.length > 1) throw new SlackError('only_one_table_allowed');
  const dataTables = tables.filter((table) => table.type === 'data_table');
  if (blocksSize(dataTables) > DATA_TABLE_CHARACTERS) throw new SlackError('msg_blocks_too_long');
  if (blocksSize(blocks) > MOST_BLOCK_CHARACTERS) throw new SlackError('msg_blocks_too_long');
}
