/** Which operations the cloud knows, by the name in the request's target header. */
import { batchGetImage, describeImages } from '../ecr.ts';
import type { Operation } from '../ecs/operation.ts';
import { listTagsForResource, tagResource, untagResource } from '../ecs/resource-tags.ts';
import {
  describeServiceDeployments,
  describeServiceRevisions,
  listServiceDeployments,
  stopServiceDeployment,
} from '../ecs/service-deployments.ts';
import {
  describeClusters,
  describeServices,
  listClusters,
  listServices,
  updateService,
} from '../ecs/services.ts';
import {
  deregisterTaskDefinition,
  describeTaskDefinitionOperation,
  listTaskDefinitions,
  registerTaskDefinition,
} from '../ecs/task-definitions.ts';
import { describeTasks, listTasks } from '../ecs/tasks.ts';

const OPERATIONS: Record<string, Record<string, Operation>> = {
  AmazonEC2ContainerServiceV20141113: {
    DescribeClusters: describeClusters,
    ListClusters: listClusters,
    DescribeServices: describeServices,
    ListServices: listServices,
    UpdateService: updateService,
    RegisterTaskDefinition: registerTaskDefinition,
    DescribeTaskDefinition: describeTaskDefinitionOperation,
    ListTaskDefinitions: listTaskDefinitions,
    DeregisterTaskDefinition: deregisterTaskDefinition,
    ListServiceDeployments: listServiceDeployments,
    DescribeServiceDeployments: describeServiceDeployments,
    DescribeServiceRevisions: describeServiceRevisions,
    StopServiceDeployment: stopServiceDeployment,
    ListTasks: listTasks,
    DescribeTasks: describeTasks,
    TagResource: tagResource,
    UntagResource: untagResource,
    ListTagsForResource: listTagsForResource,
  },
  AmazonEC2ContainerRegistry_V20150921: { DescribeImages: describeImages, BatchGetImage: batchGetImage },
};

/** `AmazonEC2ContainerServiceV20141113.UpdateService` and the like. */
export function findOperation(target: string): { name: string; run: Operation } | undefined {
  const [api = '', name = ''] = target.split('.');
  const operations = Object.hasOwn(OPERATIONS, api) ? OPERATIONS[api] : undefined;
  const run = operations && Object.hasOwn(operations, name) ? operations[name] : undefined;
  return run && { name, run };
}
