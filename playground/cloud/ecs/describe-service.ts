/** A service as DescribeServices and UpdateService answer it. */
import type {
  DeploymentConfiguration,
  Deployment as SdkDeployment,
  Service as SdkService,
} from '@aws-sdk/client-ecs';
import { isLive, isPending, isRunning, tasksOf } from '../rollout/task-states.ts';
import type { Breaker, Deployment, Service, World } from '../world.ts';
import { ecsArn } from '../world.ts';
import { seconds, type Wire } from './operation.ts';

export function describeService(world: World, service: Service, withTags: boolean): Wire<SdkService> {
  const [primary] = service.deployments;
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: ecsArn(world, `cluster/${service.cluster}`),
    loadBalancers: [
      {
        targetGroupArn: `arn:aws:elasticloadbalancing:${world.region}:${world.account}:targetgroup/${service.name}/6d0ecf831eec9f09`,
        containerName: service.container,
        containerPort: 3000,
      },
    ],
    serviceRegistries: [],
    status: 'ACTIVE',
    desiredCount: service.desired,
    runningCount: service.tasks.filter(isRunning).length,
    pendingCount: service.tasks.filter(isPending).length,
    launchType: 'FARGATE',
    platformVersion: 'LATEST',
    platformFamily: 'Linux',
    taskDefinition: primary?.taskDefinition,
    deploymentConfiguration: describeConfiguration(service.breaker),
    deployments: service.deployments.map((deployment) => describeDeployment(service, deployment)),
    events: service.events.map(({ id, at, message }) => ({ id, createdAt: seconds(at), message })),
    createdAt: seconds(service.createdAt),
    currentServiceDeployment: service.rollouts[0]?.arn,
    currentServiceRevisions: service.deployments.map((deployment) => ({
      arn: deployment.revision,
      ...revisionCounts(service, deployment),
    })),
    placementConstraints: [],
    placementStrategy: [],
    networkConfiguration,
    healthCheckGracePeriodSeconds: 0,
    schedulingStrategy: 'REPLICA',
    deploymentController: { type: 'ECS' },
    enableECSManagedTags: true,
    propagateTags: 'SERVICE',
    enableExecuteCommand: false,
    availabilityZoneRebalancing: 'ENABLED',
    ...(withTags ? { tags: service.tags } : {}),
  };
}

function describeDeployment(service: Service, deployment: Deployment): Wire<SdkDeployment> {
  const tasks = tasksOf(service, deployment);
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.taskDefinition,
    desiredCount: deployment.status === 'PRIMARY' ? service.desired : tasks.filter(isLive).length,
    pendingCount: tasks.filter(isPending).length,
    runningCount: tasks.filter(isRunning).length,
    failedTasks: deployment.failedTasks,
    createdAt: seconds(deployment.createdAt),
    updatedAt: seconds(deployment.updatedAt),
    launchType: 'FARGATE',
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    networkConfiguration,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  };
}

export function revisionCounts(service: Service, deployment: Pick<Deployment, 'id'>) {
  const tasks = tasksOf(service, deployment);
  const isPrimary = service.deployments[0]?.id === deployment.id;
  return {
    requestedTaskCount: isPrimary ? service.desired : tasks.filter(isLive).length,
    runningTaskCount: tasks.filter(isRunning).length,
    pendingTaskCount: tasks.filter(isPending).length,
  };
}

export function describeConfiguration(breaker: Breaker): Wire<DeploymentConfiguration> {
  return {
    deploymentCircuitBreaker: {
      enable: breaker.mode !== 'off',
      rollback: breaker.mode === 'rollback',
      ...(breaker.resetOnHealthyTask ? {} : { resetOnHealthyTask: false }),
      ...(breaker.threshold ? { thresholdConfiguration: breaker.threshold } : {}),
    },
    maximumPercent: 200,
    minimumHealthyPercent: 100,
    strategy: 'ROLLING',
    bakeTimeInMinutes: 0,
  };
}

const networkConfiguration: Wire<SdkService>['networkConfiguration'] = {
  awsvpcConfiguration: {
    subnets: ['subnet-0a1b2c3d4e5f60718', 'subnet-08f7e6d5c4b3a2910'],
    securityGroups: ['sg-0c9d8e7f6a5b4c3d2'],
    assignPublicIp: 'DISABLED',
  },
};
