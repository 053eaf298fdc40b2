/** Prepared listener rules of Application Load Balancers, switched on and off by their priority. */
import {
  DescribeRulesCommand,
  type Rule,
  SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { Refusal } from '../records/refusal.ts';
import type { Aws } from './aws.ts';
import { isCode, isDenied, saidNo } from './aws-errors.ts';

/** All that AWS will not do is a `Refusal` in plain words; whatever else is thrown means that it could not be told. */
export interface Alb {
  /** The rule's priority: rules are evaluated from the lowest number to the highest, the first that matches decides. */
  ruleIs(ruleArn: string): Promise<{ priority: number }>;
  /** Gives the rule this priority (1 to 50,000), unless it has it already. */
  ensurePriority(ruleArn: string, priority: number): Promise<void>;
}

export function createAlb({ aws }: { aws: Aws }): Alb {
  return {
    ruleIs: async (ruleArn) => ({ priority: await priorityOf(ruleArn) }),

    async ensurePriority(ruleArn, priority) {
      if ((await priorityOf(ruleArn)) === priority) return;
      const command = new SetRulePrioritiesCommand({
        RulePriorities: [{ RuleArn: ruleArn, Priority: priority }],
      });
      try {
        await aws.elb(regionOf(ruleArn)).send('SetRulePriorities', command);
      } catch (error) {
        throw inWords(error, ruleArn, priority);
      }
    },
  };

  async function priorityOf(ruleArn: string): Promise<number> {
    const rule = await describe(ruleArn);
    if (!rule) throw unknownRule(ruleArn);
    if (rule.IsDefault) throw defaultRule(ruleArn);
    const priority = Number(rule.Priority);
    if (!Number.isInteger(priority)) throw new Error(`DescribeRules gives the priority "${rule.Priority}"`);
    return priority;
  }

  async function describe(ruleArn: string): Promise<Rule | undefined> {
    try {
      const command = new DescribeRulesCommand({ RuleArns: [ruleArn] });
      const { Rules = [] } = await aws.elb(regionOf(ruleArn)).send('DescribeRules', command);
      return Rules.find(({ RuleArn }) => RuleArn === ruleArn);
    } catch (error) {
      throw inWords(error, ruleArn);
    }
  }
}

/** `arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener-rule/app/NAME/ID/LISTENER/RULE` -> its region. */
function regionOf(ruleArn: string): string {
  const region = /^arn:[\w-]+:elasticloadbalancing:([a-z0-9-]+):\d{12}:listener-rule\/app\/\S+$/.exec(
    ruleArn,
  )?.[1];
  if (region) return region;
  throw new Refusal('not-here', `${ruleArn} is not the ARN of a listener rule.`, correctCatalog);
}

function inWords(error: unknown, ruleArn: string, priority?: number): unknown {
  if (isCode(error, 'RuleNotFoundException')) return unknownRule(ruleArn);
  if (isCode(error, 'PriorityInUseException')) {
    const said = `The priority ${priority} is in use by another rule of the load balancer ${balancerOf(ruleArn)}.`;
    return new Refusal('busy', said, 'Give one of the two another priority: no two rules can share one.');
  }
  if (!saidNo(error)) return error;
  const hint = isDenied(error) ? 'Give it to the role and try again.' : correctCatalog;
  return new Refusal('not-here', `${error.message.replace(/\.$/, '')}.`, hint);
}

const unknownRule = (ruleArn: string) =>
  new Refusal(
    'not-here',
    `The load balancer ${balancerOf(ruleArn)} has no rule ${shortName(ruleArn)} (any more).`,
    correctCatalog,
  );

const defaultRule = (ruleArn: string) =>
  new Refusal(
    'not-here',
    `The rule ${shortName(ruleArn)} is the default rule of its listener: it always comes last and has no priority.`,
    'Prepare a rule of its own and name that one in the catalog.',
  );

const correctCatalog = 'Correct alb_rule in the catalog under incidents.mitigations.';

const balancerOf = (ruleArn: string) => ruleArn.split('/')[2] ?? '';
const shortName = (ruleArn: string) => ruleArn.split('/').at(-1) ?? '';
