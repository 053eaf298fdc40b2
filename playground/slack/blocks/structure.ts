/** Rules between blocks that a schema of one block cannot see: ids that must be unique, one field with focus, initial options. */
import { at } from './complaints.ts';

type Node = Record<string, unknown>;

export function structure(blocks: readonly unknown[], root: string[]): string[] {
  return [
    ...doubleBlockIds(blocks, root),
    ...doubleActionIds(blocks, root),
    ...doubleFocus(blocks, root),
    ...strangeInitials(blocks, root),
  ];
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

/** What is chosen at first must be, exactly, one of the options. */
function strangeInitials(blocks: readonly unknown[], root: string[]): string[] {
  return blocks.flatMap((block, index) =>
    nodes(block)
      .filter((node) => !initials(node).every((initial) => offered(node).includes(JSON.stringify(initial))))
      .map(() => at('initial options must match one of the options', [...root, index])),
  );
}

function initials({ options, option_groups, initial_option, initial_options }: Node): unknown[] {
  if (options === undefined && option_groups === undefined) return [];
  return [initial_option, initial_options].flat().filter((initial) => initial !== undefined);
}

function offered({ options, option_groups }: Node): string[] {
  const grouped = Array.isArray(option_groups)
    ? option_groups.map((group) => Reflect.get(group, 'options'))
    : [];
  return [options, grouped].flat(2).map((option) => JSON.stringify(option));
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
