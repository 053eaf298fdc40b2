/** Rules between blocks that a schema of one block cannot see: ids that must be unique, one field with focus. */
import { at } from './complaints.ts';

type Node = Record<string, unknown>;

export function structure(blocks: readonly unknown[], root: string[]): string[] {
  return [...doubleBlockIds(blocks, root), ...doubleActionIds(blocks, root), ...doubleFocus(blocks, root)];
}

function doubleBlockIds(blocks: readonly unknown[], root: string[]): string[] {
  const seen = new Set<string>();
  return blocks.flatMap((block, index) => {
    const id = isNode(block) ? block.block_id : undefined;
    if (typeof id !== 'string') return [];
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [at(`block_id already exists: ${id}`, [...root, index, 'block_id'])];
  });
}

function doubleActionIds(blocks: readonly unknown[], root: string[]): string[] {
  return blocks.flatMap((block, index) => {
    const ids = actionIds(block);
    const doubled = ids.filter((id, place) => ids.indexOf(id) !== place);
    return [...new Set(doubled)].map((id) => at(`action_id already exists: ${id}`, [...root, index]));
  });
}

function doubleFocus(blocks: readonly unknown[], root: string[]): string[] {
  return blocks.flatMap(nodes).filter((node) => node.focus_on_load === true).length > 1
    ? [at('only one element can have focus_on_load', root)]
    : [];
}

function actionIds(block: unknown): string[] {
  return nodes(block).flatMap((node) => (typeof node.action_id === 'string' ? [node.action_id] : []));
}

/** The object and all objects in it. */
export function nodes(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodes);
  if (!isNode(value)) return [];
  return [value, ...Object.values(value).flatMap(nodes)];
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
