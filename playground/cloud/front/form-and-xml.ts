/** The query protocol's two notations: `Rules.member.1.Arn=…` in, `<Rules><member>…` out. */

/** A form's fields as nested objects and lists; all leaves are text. */
export function fieldsOf(form: URLSearchParams): unknown {
  const root: Branch = new Map();
  for (const [key, value] of form) {
    const path = key.split('.');
    const last = path.pop() ?? '';
    let branch = root;
    for (const step of path) branch = branchAt(branch, step);
    branch.set(last, value);
  }
  return unfolded(root);
}

type Branch = Map<string, string | Branch>;

function branchAt(branch: Branch, step: string): Branch {
  const there = branch.get(step);
  if (there instanceof Map) return there;
  const made: Branch = new Map();
  branch.set(step, made);
  return made;
}

function unfolded(value: string | Branch): unknown {
  if (typeof value === 'string') return value;
  const members = value.size === 1 ? value.get('member') : undefined;
  if (members instanceof Map) {
    return [...members].sort(([a], [b]) => Number(a) - Number(b)).map(([, member]) => unfolded(member));
  }
  return Object.fromEntries([...value].map(([key, inner]) => [key, unfolded(inner)]));
}

/** What `undefined` stands for is left out. */
export function xmlOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((member) => `<member>${xmlOf(member)}</member>`).join('');
  if (typeof value !== 'object' || value === null) return escaped(String(value));
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([name, inner]) => `<${name}>${xmlOf(inner)}</${name}>`)
    .join('');
}

const escaped = (text: string) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
