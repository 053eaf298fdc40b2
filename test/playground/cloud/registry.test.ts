/** The image registry through the real SDK. */

import { BatchGetImageCommand, DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { afterEach, expect, test } from '@jest/globals';
import { api, type OpenCloud, openCloud } from './support.ts';

let world: OpenCloud;
afterEach(() => world.close());

const describeImages = async (more: object = {}) =>
  world.ecr.send(new DescribeImagesCommand({ repositoryName: 'api-gateway', ...more }));

test('images carry their tags, digest and time of push; latest is the newest', async () => {
  world = await openCloud();
  world.cloud.push('api-gateway', 'v1.3.0');
  const { imageDetails = [] } = await describeImages();
  const byPush = imageDetails.toSorted((a, b) => Number(a.imagePushedAt) - Number(b.imagePushedAt));
  expect(byPush.map(({ imageTags }) => imageTags)).toEqual([
    ['v1.0.0'],
    ['v1.1.0'],
    ['v1.2.0'],
    ['v1.3.0', 'latest'],
  ]);
  expect(byPush.at(-1)).toMatchObject({
    imageDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    imagePushedAt: new Date(world.clock.now()),
  });
});

test('a tag that is pushed again leaves an untagged image behind', async () => {
  world = await openCloud();
  world.cloud.push('api-gateway', 'v1.2.0');
  expect((await describeImages({ filter: { tagStatus: 'TAGGED' } })).imageDetails).toHaveLength(3);
  const untagged = (await describeImages({ filter: { tagStatus: 'UNTAGGED' } })).imageDetails;
  expect(untagged).toHaveLength(1);
  expect(untagged?.[0]?.imageTags).toBeUndefined();
});

test('images come in pages', async () => {
  world = await openCloud();
  const first = await describeImages({ maxResults: 2 });
  const second = await describeImages({ maxResults: 2, nextToken: first.nextToken });
  expect([first.imageDetails?.length, second.imageDetails?.length]).toEqual([2, 1]);
  expect(second.nextToken).toBeUndefined();
});

test('one image is found by its tag; unknown tags and repositories are errors', async () => {
  world = await openCloud({ services: [api, { ...api, cluster: 'skillancer-staging' }] });
  const found = await describeImages({ imageIds: [{ imageTag: 'v1.0.0' }] });
  expect(found.imageDetails).toMatchObject([{ imageTags: ['v1.0.0'] }]);
  await expect(describeImages({ imageIds: [{ imageTag: 'v9' }] })).rejects.toMatchObject({
    name: 'ImageNotFoundException',
  });
  await expect(describeImages({ repositoryName: 'nothing' })).rejects.toMatchObject({
    name: 'RepositoryNotFoundException',
  });
  const imageIds = [{ imageTag: 'v1.0.0' }, { imageTag: 'v9' }];
  const batch = await world.ecr.send(new BatchGetImageCommand({ repositoryName: 'api-gateway', imageIds }));
  expect(batch.images).toHaveLength(1);
  expect(batch.failures).toMatchObject([{ failureCode: 'ImageNotFound' }]);
});
