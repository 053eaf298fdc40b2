/** Task definitions as values: what of one may be registered again, with another image, and when two are equal. No I/O. */
import type { RegisterTaskDefinitionCommandInput, Tag, TaskDefinition } from '@aws-sdk/client-ecs';
import { isEqual, isPlainObject, pick } from 'es-toolkit';

export interface Definition {
  readonly definition: TaskDefinition;
  readonly tags: readonly Tag[];
}

/** What RegisterTaskDefinition takes (AWS API reference); all other fields of a definition are read-only. */
const registrableFields = [
  'family',
  'taskRoleArn',
  'executionRoleArn',
  'networkMode',
  'containerDefinitions',
  'volumes',
  'placementConstraints',
  'requiresCompatibilities',
  'cpu',
  'memory',
  'pidMode',
  'ipcMode',
  'proxyConfiguration',
  'inferenceAccelerators',
  'ephemeralStorage',
  'runtimePlatform',
  'enableFaultInjection',
] as const satisfies readonly (keyof TaskDefinition & keyof RegisterTaskDefinitionCommandInput)[];

/** The request that registers an equal copy. Tags in `aws:` are AWS's own and may not be set. */
export function registrable({ definition, tags }: Definition): RegisterTaskDefinitionCommandInput {
  const { family, containerDefinitions, ...rest } = pick(definition, [...registrableFields]);
  const ownTags = tags.filter((tag) => !tag.key?.startsWith('aws:'));
  return { ...rest, family, containerDefinitions, ...(ownTags.length > 0 ? { tags: ownTags } : {}) };
}

/** The same request with one container's image changed; null where it has no container of that name. */
export function withImage(
  request: RegisterTaskDefinitionCommandInput,
  container: string,
  image: string,
): RegisterTaskDefinitionCommandInput | null {
  const containers = request.containerDefinitions ?? [];
  if (!containers.some(({ name }) => name === container)) return null;
  return {
    ...request,
    containerDefinitions: containers.map((c) => (c.name === container ? { ...c, image } : c)),
  };
}

/**
 * True where both would run the same. Tags are left out: an account may add its own to whatever is registered, and
 * a revision must be known again after a crash.
 */
export function sameDefinition(
  request: RegisterTaskDefinitionCommandInput,
  { definition }: Definition,
): boolean {
  return isEqual(
    canonical(pick(request, [...registrableFields])),
    canonical(pick(definition, [...registrableFields])),
  );
}

/** Values that AWS fills in by itself, so that leaving them out means the same (AWS API reference). */
const defaults: Record<string, unknown> = {
  essential: true,
  protocol: 'tcp',
  hostPort: 0,
  cpu: 0,
  enableFaultInjection: false,
};
/** Lists in which the order says nothing, and what names their members. */
const unordered: Record<string, string> = { environment: 'name', secrets: 'name', volumes: 'name' };

/** Without empty values and defaults, lists without order sorted. */
function canonical(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item));
    if (key === 'requiresCompatibilities') return [...items].sort();
    const name = unordered[key];
    return name === undefined
      ? items
      : items.toSorted((a, b) => nameIn(a, name).localeCompare(nameIn(b, name)));
  }
  if (!isPlainObject(value)) return value;
  const kept = Object.entries(value)
    .map(([name, inner]) => [name, canonical(inner, name)] as const)
    .filter(([name, inner]) => !isEmpty(inner) && inner !== defaults[name])
    .filter(([name, inner]) => !(name === 'hostPort' && inner === value.containerPort));
  return Object.fromEntries(kept);
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (isPlainObject(value) && Object.keys(value).length === 0);

const nameIn = (item: unknown, name: string): string => String(isPlainObject(item) ? item[name] : item);
