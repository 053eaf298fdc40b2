/** Why a rollout failed, in AWS's own words: the reasons of stopped tasks and the service's last telling events. */
import { DescribeTasksCommand, ListTasksCommand, type Service, type Task } from '@aws-sdk/client-ecs';
import { countBy } from 'es-toolkit';
import type { Aws } from '../../clients/aws.ts';
import type { ServicePlace } from '../../config/catalog.ts';

const mostTaskLines = 5;
const mostEvents = 3;

/** Never throws: what cannot be found out is left out. */
export async function gatherEvidence(
  { aws }: { aws: Aws },
  {
    place,
    service,
    ref,
    since,
  }: { place: ServicePlace; service: Service | null; ref: string; since: number },
): Promise<string[]> {
  const [tasks] = await Promise.allSettled([stoppedTasks(aws, place)]);
  const ours = tasks.status === 'fulfilled' ? tasks.value.filter((t) => t.taskDefinitionArn === ref) : [];
  return [...taskLines(ours), ...eventLines(service, since)];
}

/** ECS forgets stopped tasks after about an hour. */
async function stoppedTasks(aws: Aws, { target }: ServicePlace): Promise<Task[]> {
  const { region, cluster, service } = target;
  const ecs = aws.ecs(region);
  const list = new ListTasksCommand({
    cluster,
    serviceName: service,
    desiredStatus: 'STOPPED',
    maxResults: 100,
  });
  const { taskArns = [] } = await ecs.send('ListTasks', list);
  if (taskArns.length === 0) return [];
  const { tasks = [] } = await ecs.send(
    'DescribeTasks',
    new DescribeTasksCommand({ cluster, tasks: taskArns }),
  );
  return tasks;
}

/** The commonest reasons first, each once, with how many tasks it stopped. */
export function taskLines(tasks: readonly Task[]): string[] {
  const counts = countBy(
    tasks.flatMap((task) => reasonFor(task) ?? []),
    (reason) => reason,
  );
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostTaskLines)
    .map(([reason, count]) => (count === 1 ? reason : `${reason} (${count} tasks)`));
}

/** Tasks that ECS stopped itself, to replace or scale them, explain nothing. */
function reasonFor({ stopCode, stoppedReason, containers = [] }: Task): string | null {
  if (stopCode === 'ServiceSchedulerInitiated' && !/fail|unhealthy/i.test(stoppedReason ?? '')) return null;
  const details = containers
    .filter(({ exitCode, reason }) => (exitCode !== undefined && exitCode !== 0) || reason)
    .map(({ name, exitCode, reason }) =>
      [`container ${name}`, exitCode === undefined ? null : `exit code ${exitCode}`, reason]
        .filter(Boolean)
        .join(', '),
    );
  const said = stoppedReason?.replace(/\(task [0-9a-f]{32}\)/g, '(task)').trim();
  return [said, ...details].filter(Boolean).join(' – ').slice(0, 300) || null;
}

const telling = /unable to|failed|unhealthy|rolling back|circuit breaker|stopped 0|was stopped/i;

export function eventLines(service: Service | null, since: number): string[] {
  const told = (service?.events ?? [])
    .filter(({ createdAt, message }) => Number(createdAt) >= since && telling.test(message ?? ''))
    .map(({ message = '' }) => message.replace(/\(task [0-9a-f]{32}\)/g, '(task)').slice(0, 300));
  return [...new Set(told)].slice(0, mostEvents).reverse();
}
