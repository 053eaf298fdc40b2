/** Task definitions as ECS keeps them: described, remembered, listed and registered. */
import {
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import type { Aws } from '../../clients/aws.ts';
import { isCode } from '../../clients/aws-errors.ts';
import type { Definition } from './definition.ts';
import { remembered } from './remembered.ts';

type Region = string | undefined;

export interface Definitions {
  /** Remembered, since a registered definition never changes, apart from its status and tags. */
  known(region: Region, arn: string): Promise<Definition>;
  /** As it is now, status included; null where it does not exist. */
  fresh(region: Region, arn: string): Promise<Definition | null>;
  /** The ARNs of a family's ACTIVE revisions, newest first. */
  newest(region: Region, family: string, most: number): Promise<string[]>;
  /** The new revision's ARN; null when the quota has no room now. */
  register(region: Region, request: RegisterTaskDefinitionCommandInput): Promise<string | null>;
}

export function createDefinitions({ aws }: { aws: Aws }): Definitions {
  const memory = remembered<Definition>(1_000);

  return {
    fresh,

    known: (region, arn) =>
      memory.get(arn, async () => {
        const definition = await fresh(region, arn);
        if (!definition) throw new Error(`the task definition ${arn} does not exist`);
        return definition;
      }),

    async newest(region, family, most) {
      const command = new ListTaskDefinitionsCommand({
        familyPrefix: family,
        status: 'ACTIVE',
        sort: 'DESC',
        maxResults: most,
      });
      return (await aws.ecs(region).send('ListTaskDefinitions', command)).taskDefinitionArns ?? [];
    },

    async register(region, request) {
      const command = new RegisterTaskDefinitionCommand(request);
      const answer = await aws.ecs(region).sendIfRoom('RegisterTaskDefinition', command);
      if (!answer) return null;
      const { taskDefinition, tags = [] } = answer;
      if (!taskDefinition?.taskDefinitionArn)
        throw new Error('RegisterTaskDefinition answered without an ARN');
      memory.keep(taskDefinition.taskDefinitionArn, { definition: taskDefinition, tags });
      return taskDefinition.taskDefinitionArn;
    },
  };

  async function fresh(region: Region, arn: string): Promise<Definition | null> {
    try {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ['TAGS'] });
      const { taskDefinition, tags } = await aws.ecs(region).send('DescribeTaskDefinition', command);
      return taskDefinition ? { definition: taskDefinition, tags: tags ?? [] } : null;
    } catch (error) {
      // "Unable to describe task definition." is what ECS says of one that is unknown.
      if (isCode(error, 'ClientException')) return null;
      throw error;
    }
  }
}
