/** The image repositories: what was pushed, under which tags, and what is wrong with it. */
import { type Image, sha256, type TaskDefinition, type VersionFault, type World } from './world.ts';

/** A new image under `tag`; an image that had the tag before loses it. `latest` moves along, as build pipelines do it. */
export function pushImage(world: World, repository: string, tag: string, at: number): Image {
  const images = imagesOf(world, repository);
  for (const image of images) image.tags = image.tags.filter((other) => other !== tag && other !== 'latest');
  const digest = `sha256:${sha256(`${repository}:${tag} pushed as number ${images.length}`)}`;
  const image: Image = {
    digest,
    tags: [tag, 'latest'],
    pushedAt: at,
    size: 84_000_000 + images.length * 1024,
  };
  images.push(image);
  return image;
}

/** Says what is wrong with a version from now on; a version that nobody pushed is pushed. */
export function setFault(
  world: World,
  repository: string,
  tag: string,
  fault: VersionFault | undefined,
): void {
  const now = world.clock.now();
  const image = findImage(world, repository, tag) ?? pushImage(world, repository, tag, now);
  delete image.fault;
  delete image.faultSince;
  if (fault) Object.assign(image, { fault, faultSince: now });
}

export const findImage = (world: World, repository: string, reference: string): Image | undefined =>
  world.repositories
    .get(repository)
    ?.find((image) => image.tags.includes(reference) || image.digest === reference);

/** The image that a container names, if this registry should have it. */
export function imageOf(world: World, uri: string): { ours: boolean; image?: Image } {
  const host = `${world.account}.dkr.ecr.${world.region}.amazonaws.com/`;
  if (!uri.startsWith(host)) return { ours: false };
  const [, repository = '', reference = 'latest'] =
    /^(.*?)(?:@(sha256:.*)|:([^/]*))?$/.exec(uri.slice(host.length))?.filter((part) => part !== undefined) ??
    [];
  const image = findImage(world, repository, reference);
  return image ? { ours: true, image } : { ours: true };
}

/** The image among a task definition's containers that is broken, or `missing` when one was never pushed. */
export function brokenImage(world: World, definition: TaskDefinition): Image | 'missing' | undefined {
  for (const container of definition.containers) {
    const { ours, image } = imageOf(world, container.image);
    if (ours && !image) return 'missing';
    if (image?.fault) return image;
  }
  return undefined;
}

/** The version that a task definition runs in its main container: the tag, or the digest, as it is written there. */
export function versionOf(definition: TaskDefinition, container: string): string {
  const main = definition.containers.find(({ name }) => name === container) ?? definition.containers[0];
  return /[:@](?<version>(?<=@)sha256:\w+|[^/:@]+)$/.exec(main?.image ?? '')?.groups?.version ?? 'latest';
}

export const findTaskDefinition = (world: World, arn: string): TaskDefinition => {
  const family = /:task-definition\/(.+):\d+$/.exec(arn)?.[1] ?? '';
  const found = world.families.get(family)?.find((definition) => definition.arn === arn);
  if (!found) throw new Error(`The cloud lost the task definition ${arn}`);
  return found;
};

function imagesOf(world: World, repository: string): Image[] {
  const images = world.repositories.get(repository) ?? [];
  world.repositories.set(repository, images);
  return images;
}
