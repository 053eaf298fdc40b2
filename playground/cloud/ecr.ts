/** DescribeImages and BatchGetImage of the image registry. */
import type { BatchGetImageResponse, ImageDetail } from '@aws-sdk/client-ecr';
import { z } from 'zod';
import { AwsFailure, invalidParameter } from './ecs/failure.ts';
import { operation, page, paging, seconds, type Wire } from './ecs/operation.ts';
import { findImage } from './registry.ts';
import type { Image, World } from './world.ts';

const imageIds = z
  .array(z.object({ imageDigest: z.string().optional(), imageTag: z.string().optional() }))
  .max(100);
type ImageId = z.output<typeof imageIds>[number];

export const describeImages = operation(
  z.object({
    repositoryName: z.string(),
    imageIds: imageIds.optional(),
    filter: z.object({ tagStatus: z.enum(['TAGGED', 'UNTAGGED', 'ANY']).default('ANY') }).optional(),
    ...paging,
  }),
  (world, { repositoryName, imageIds, filter, ...wanted }) => {
    const images = imagesOf(world, repositoryName);
    if (imageIds && (filter || wanted.maxResults || wanted.nextToken)) {
      throw invalidParameter('imageIds cannot be combined with a filter or with paging.');
    }
    const chosen = imageIds
      ? imageIds.map((id) => lookUp(world, repositoryName, id) ?? notFound(repositoryName, id))
      : images.filter(({ tags }) => isWanted(tags, filter?.tagStatus ?? 'ANY'));
    const sorted = chosen.toSorted((a, b) => a.digest.localeCompare(b.digest));
    const { items, ...rest } = page(sorted, wanted, { usual: 100, most: 1000 });
    return {
      output: { imageDetails: items.map((image) => describe(world, repositoryName, image)), ...rest },
    };
  },
);

const isWanted = (tags: string[], status: 'TAGGED' | 'UNTAGGED' | 'ANY') =>
  status === 'ANY' || (status === 'TAGGED') === tags.length > 0;

/** AWS promises no order: sorted by digest, so that nobody can take it for the order of pushes. */
const describe = (world: World, repositoryName: string, image: Image): Wire<ImageDetail> => ({
  registryId: world.account,
  repositoryName,
  imageDigest: image.digest,
  ...(image.tags.length > 0 ? { imageTags: image.tags } : {}),
  imageSizeInBytes: image.size,
  imagePushedAt: seconds(image.pushedAt),
  imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
  artifactMediaType: 'application/vnd.oci.image.config.v1+json',
});

export const batchGetImage = operation(
  z.object({ repositoryName: z.string(), imageIds }),
  (world, { repositoryName, imageIds }) => {
    imagesOf(world, repositoryName);
    const output: Wire<BatchGetImageResponse> = { images: [], failures: [] };
    for (const imageId of imageIds) {
      const image = lookUp(world, repositoryName, imageId);
      const named = { registryId: world.account, repositoryName };
      if (image)
        output.images?.push({
          ...named,
          imageId: { ...imageId, imageDigest: image.digest },
          imageManifest: JSON.stringify({ schemaVersion: 2, config: { digest: image.digest } }),
        });
      else
        output.failures?.push({
          imageId,
          failureCode: 'ImageNotFound',
          failureReason: 'Requested image not found',
        });
    }
    return { output };
  },
);

const lookUp = (world: World, repository: string, { imageTag, imageDigest }: ImageId) =>
  findImage(world, repository, imageDigest ?? imageTag ?? '');

function notFound(repository: string, id: ImageId): never {
  throw new AwsFailure(
    'ImageNotFoundException',
    `The image with imageId ${JSON.stringify(id)} does not exist within the repository with name '${repository}'`,
  );
}

function imagesOf(world: World, repository: string): Image[] {
  const images = world.repositories.get(repository);
  if (images) return images;
  throw new AwsFailure(
    'RepositoryNotFoundException',
    `The repository with name '${repository}' does not exist in the registry with id '${world.account}'`,
  );
}
