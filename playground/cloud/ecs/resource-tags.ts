/** TagResource, UntagResource and ListTagsForResource: of services and task definitions. */
import { z } from 'zod';
import { allServices, type Service, type TaskDefinition, type World } from '../world.ts';
import { AwsFailure } from './failure.ts';
import { lookForTaskDefinition } from './find.ts';
import { operation, tags } from './operation.ts';

const resourceArn = z.string();

export const listTagsForResource = operation(z.object({ resourceArn }), (world, { resourceArn }) => ({
  output: { tags: findTagged(world, resourceArn).tags },
}));

export const tagResource = operation(z.object({ resourceArn, tags }), (world, input) => {
  const tagged = findTagged(world, input.resourceArn);
  const before = JSON.stringify(tagged.tags);
  for (const { key, value } of input.tags) {
    const known = tagged.tags.find((tag) => tag.key === key);
    if (known) known.value = value;
    else tagged.tags.push({ key, value });
  }
  const effect = JSON.stringify(tagged.tags) !== before;
  return { output: {}, written: { ...named(tagged), effect } };
});

export const untagResource = operation(
  z.object({ resourceArn, tagKeys: z.array(z.string()) }),
  (world, { resourceArn, tagKeys }) => {
    const tagged = findTagged(world, resourceArn);
    const before = tagged.tags.length;
    tagged.tags = tagged.tags.filter(({ key }) => !tagKeys.includes(key));
    return { output: {}, written: { ...named(tagged), effect: tagged.tags.length < before } };
  },
);

const named = (tagged: Service | TaskDefinition) =>
  'family' in tagged ? { taskDefinition: tagged.arn } : { cluster: tagged.cluster, service: tagged.name };

function findTagged(world: World, arn: string): Service | TaskDefinition {
  const found = arn.includes(':task-definition/')
    ? lookForTaskDefinition(world, arn)
    : allServices(world).find((service) => service.arn === arn);
  if (!found) throw new AwsFailure('InvalidParameterException', 'The specified resource is not found.');
  return found;
}
