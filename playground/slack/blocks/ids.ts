/** Gives blocks and elements the ids that Slack makes up where the app gave none. */
import { randomBytes } from 'node:crypto';
import { isNode, nodes } from './structure.ts';

const WITH_ACTION_ID =
  /^(button|workflow_button|overflow|checkboxes|radio_buttons|.*picker|.*_select|.*_input|feedback_buttons|icon_button)$/;

export function assignIds<Block extends object>(blocks: Block[]): Block[] {
  const copy = structuredClone(blocks);
  for (const block of copy) {
    giveBlockId(block);
    for (const node of nodes(block)) {
      if (typeof node.type === 'string' && WITH_ACTION_ID.test(node.type)) node.action_id ??= madeUp();
    }
  }
  return copy;
}

function giveBlockId(block: unknown): void {
  if (isNode(block)) block.block_id ??= madeUp();
}

function madeUp(): string {
  return randomBytes(4).toString('base64url').slice(0, 5);
}
