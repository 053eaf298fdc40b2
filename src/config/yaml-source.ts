/** A YAML text as plain values, with the way back from a value to its line. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';

export type Path = readonly PropertyKey[];
interface Place {
  readonly line: number;
  readonly column: number;
}
/** Something wrong with the text itself. */
interface TextProblem extends Place {
  readonly message: string;
}

export interface YamlSource {
  /** Undefined where the text is no YAML at all. */
  readonly value: unknown;
  readonly problems: readonly TextProblem[];
  /** Where the key or list entry stands; where it is missing, what it is missing from. */
  placeOf(path: Path): Place | null;
  /** True where the text says it, not a default. */
  says(path: Path): boolean;
}

/** More would only repeat the first ones. */
const mostProblems = 20;

export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const doc = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    resolveKnownTags: false,
    logLevel: 'error',
  });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults = [...doc.errors, ...doc.warnings];
  const problems = faults
    .slice(0, mostProblems)
    .map((fault) => ({ ...at(fault.pos[0]), message: firstLine(fault) }));
  // A key written twice leaves a document that can still be read, so that its other problems show as well.
  const readable = faults.every((fault) => fault.code === 'DUPLICATE_KEY');
  const aliases = readable ? aliasProblems(doc).map(([offset, message]) => ({ ...at(offset), message })) : [];
  if (!readable || aliases.length > 0) {
    return { value: undefined, problems: [...problems, ...aliases], placeOf: () => null, says: () => false };
  }
  return {
    value: doc.toJS(),
    problems,
    placeOf: (path) => {
      const { offset } = walk(doc, path);
      return offset === null ? null : at(offset);
    },
    says: (path) => walk(doc, path).found,
  };
}

const firstLine = (fault: Error): string => fault.message.split('\n')[0] ?? fault.message;

/** Aliases that name nothing, that hold themselves, and those that would blow up memory when written out. */
function aliasProblems(doc: Document): [offset: number, message: string][] {
  const found: [number, string][] = [];
  visit(doc, {
    Alias(_key, alias, ancestors) {
      const offset = alias.range?.[0] ?? 0;
      const target = alias.resolve(doc);
      if (!target) found.push([offset, `nothing is called &${alias.source} above this line`]);
      else if (ancestors.includes(target)) found.push([offset, `*${alias.source} would hold itself`]);
    },
  });
  if (found.length > 0) return found;
  try {
    doc.toJS();
    return [];
  } catch {
    return [[0, 'repeats so much by aliases (*name) that it would not fit into memory']];
  }
}

/** Follows a path through maps, lists and aliases as far as it goes. */
function walk(doc: Document, path: Path): { found: boolean; offset: number | null } {
  let node: unknown = doc.contents;
  let offset: number | null = null;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(doc);
    const next = stepInto(node, step);
    if (!next) return { found: false, offset };
    offset = next.offset ?? offset;
    node = next.node;
  }
  return { found: true, offset };
}

function stepInto(node: unknown, step: PropertyKey): { node: unknown; offset: number | null } | null {
  if (isMap(node)) {
    // Of a key written twice the last one counts.
    const pair = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(step));
    return pair ? { node: pair.value, offset: isScalar(pair.key) ? startOf(pair.key) : null } : null;
  }
  const item = isSeq(node) ? node.items[Number(step)] : undefined;
  return item === undefined ? null : { node: item, offset: startOf(item as Node) };
}

const startOf = (node: Node): number | null => node.range?.[0] ?? null;
