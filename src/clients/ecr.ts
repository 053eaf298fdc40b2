/** What a container registry on ECR holds: which tags, and when they were pushed. */
import { DescribeImagesCommand, type ImageDetail } from '@aws-sdk/client-ecr';
import type { Aws } from './aws.ts';
import { isCode } from './aws-errors.ts';

/** One repository, as an image's address names it. */
export interface Repository {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

export interface Image {
  readonly tags: readonly string[];
  /** Milliseconds since 1970; 0 where ECR does not say. */
  readonly pushedAt: number;
}

export interface Registry {
  /** All tagged images; null where there is no such repository. */
  images(repository: Repository): Promise<Image[] | null>;
  /** Whether the repository holds an image under this very tag. */
  has(repository: Repository, tag: string): Promise<boolean>;
}

/** `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG` -> its repository; null for images that ECR does not hold. */
export function repositoryOf(image: string): Repository | null {
  const match =
    /^(?<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?<region>[a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)\/(?<name>[^:@]+)/.exec(
      image,
    );
  const { account, region, name } = match?.groups ?? {};
  return account && region && name ? { account, region, name } : null;
}

export function createEcr({ aws }: { aws: Aws }): Registry {
  return { images, has };

  async function images(repository: Repository): Promise<Image[] | null> {
    const found: Image[] = [];
    let nextToken: string | undefined;
    do {
      const page = await describe(repository, { nextToken });
      if (!page) return null;
      found.push(...page.imageDetails.map(toImage));
      nextToken = page.nextToken;
    } while (nextToken);
    return found;
  }

  async function has(repository: Repository, tag: string): Promise<boolean> {
    try {
      const page = await describe(repository, { imageIds: [{ imageTag: tag }] });
      return page !== null && page.imageDetails.length > 0;
    } catch (error) {
      if (isCode(error, 'ImageNotFoundException')) return false;
      throw error;
    }
  }

  async function describe(
    { account, region, name }: Repository,
    what: { imageIds: { imageTag: string }[] } | { nextToken: string | undefined },
  ): Promise<{ imageDetails: ImageDetail[]; nextToken: string | undefined } | null> {
    // ECR does not take a filter or a page size together with image ids.
    const choice =
      'imageIds' in what ? what : { ...what, filter: { tagStatus: 'TAGGED' as const }, maxResults: 1000 };
    try {
      const page = await aws
        .ecr(region)
        .send(
          'DescribeImages',
          new DescribeImagesCommand({ registryId: account, repositoryName: name, ...choice }),
        );
      return { imageDetails: page.imageDetails ?? [], nextToken: page.nextToken };
    } catch (error) {
      if (isCode(error, 'RepositoryNotFoundException')) return null;
      throw error;
    }
  }
}

const toImage = ({ imageTags, imagePushedAt }: ImageDetail): Image => ({
  tags: imageTags ?? [],
  pushedAt: imagePushedAt?.getTime() ?? 0,
});
