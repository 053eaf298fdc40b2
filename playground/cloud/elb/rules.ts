/** DescribeRules and SetRulePriorities. */
import type { Action, Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import { z } from 'zod';
import { AwsFailure } from '../ecs/failure.ts';
import { operation } from '../ecs/operation.ts';
import type { Balancer, ListenerRule, World } from '../world.ts';
import { rank } from './gate.ts';

const validationError = (message: string) => new AwsFailure('ValidationError', message);

/** What the query protocol carries is text. */
const number = z
  .string()
  .regex(/^-?\d+$/)
  .transform(Number);

const ruleArn = z.string().refine((arn) => arn.includes(':listener-rule/'), {
  error: ({ input }) => `'${input}' is not a valid listener rule ARN`,
});

export const describeRules = operation(
  z.object({
    ListenerArn: z.string().optional(),
    RuleArns: z.array(ruleArn).optional(),
    Marker: z.string().optional(),
    PageSize: number.pipe(z.int().min(1).max(400)).optional(),
  }),
  (world, { ListenerArn, RuleArns = [], Marker, PageSize = 100 }) => {
    if ((ListenerArn === undefined) === (RuleArns.length === 0))
      throw validationError('Exactly one of a listener ARN and a list of rule ARNs must be specified');
    const found = ListenerArn === undefined ? byArn(world, RuleArns) : ofListener(world, ListenerArn);
    const from = Number(Marker ?? 0);
    const next = from + PageSize;
    return {
      output: {
        Rules: found.slice(from, next).map(describe),
        ...(next < found.length ? { NextMarker: String(next) } : {}),
      },
    };
  },
  validationError,
);

export const setRulePriorities = operation(
  z.object({
    RulePriorities: z
      .array(
        z.object({
          RuleArn: ruleArn,
          Priority: number.pipe(
            z
              .int()
              .min(1, { error: ({ input }) => `Priority '${input}' must be between 1 and 50000` })
              .max(50_000, { error: ({ input }) => `Priority '${input}' must be between 1 and 50000` }),
          ),
        }),
      )
      .min(1),
  }),
  (world, { RulePriorities }) => {
    const changes = RulePriorities.map(({ RuleArn, Priority }) => ({
      ...findRule(world, RuleArn),
      priority: Priority,
    }));
    if (changes.some(({ rule }) => rule.priority === 'default'))
      throw new AwsFailure('OperationNotPermitted', 'The priority of a default rule cannot be changed');
    // All or nothing, and judged by the order that comes of it: rules may swap their places.
    const wanted = new Map(changes.map(({ rule, priority }) => [rule, priority]));
    for (const { balancer, priority } of changes) {
      const holders = balancer.rules.filter((rule) => (wanted.get(rule) ?? rule.priority) === priority);
      if (holders.length > 1)
        throw new AwsFailure('PriorityInUse', `Priority '${priority}' is currently in use`);
    }
    const effect = changes.some(({ rule, priority }) => rule.priority !== priority);
    for (const { rule, priority } of changes) rule.priority = priority;
    world.announce({ at: world.clock.now(), text: changes.map(said).join(', ') });
    return { output: { Rules: changes.map(describe) }, written: { effect } };
  },
  validationError,
);

interface Found {
  balancer: Balancer;
  rule: ListenerRule;
}

const said = ({ rule }: Found) =>
  `the listener rule ${rule.arn.split('/').at(-1)} has priority ${rule.priority}`;

function findRule(world: World, arn: string): Found {
  for (const balancer of world.balancers.values()) {
    const rule = balancer.rules.find((one) => one.arn === arn);
    if (rule) return { balancer, rule };
  }
  throw new AwsFailure('RuleNotFound', `One or more rules not found: '${arn}'`);
}

const byArn = (world: World, arns: readonly string[]) => arns.map((arn) => findRule(world, arn));

function ofListener(world: World, arn: string): Found[] {
  const balancer = [...world.balancers.values()].find(({ listener }) => listener === arn);
  if (!balancer) throw new AwsFailure('ListenerNotFound', `One or more listeners not found: '${arn}'`);
  return balancer.rules.toSorted((a, b) => rank(a) - rank(b)).map((rule) => ({ balancer, rule }));
}

const describe = ({ balancer, rule }: Found): Rule => ({
  RuleArn: rule.arn,
  Priority: String(rule.priority),
  Conditions: rule.paths.length
    ? [{ Field: 'path-pattern', Values: rule.paths, PathPatternConfig: { Values: rule.paths } }]
    : [],
  Actions: [describeAction(balancer, rule)],
  IsDefault: rule.priority === 'default',
});

function describeAction({ targetGroups }: Balancer, { action }: ListenerRule): Action {
  if (action.type === 'fixed-response') {
    const { status, contentType, body } = action;
    const config = { StatusCode: String(status), ContentType: contentType, MessageBody: body };
    return { Type: 'fixed-response', Order: 1, FixedResponseConfig: config };
  }
  const limited = Math.round(action.limited * 100);
  const groups = [
    { TargetGroupArn: targetGroups.service, Weight: 100 - limited },
    ...(limited > 0 ? [{ TargetGroupArn: targetGroups.limited, Weight: limited }] : []),
  ];
  return { Type: 'forward', Order: 1, ForwardConfig: { TargetGroups: groups } };
}
