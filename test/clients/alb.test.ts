/** Listener rules on a simulated load balancer: switched once, and every no in plain words. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Cloud, startCloud } from '../../playground/cloud/index.ts';
import { type Alb, createAlb } from '../../src/clients/alb.ts';
import { createAws } from '../../src/clients/aws.ts';
import { clockFrom, clockText } from '../../src/clients/clock.ts';
import { createLimiter } from '../../src/clients/limiter.ts';
import { testRedis } from '../support/redis.ts';

const listener = 'app/skillancer-prod/50dc6c495c0c9188/f2f7dc8efc522ab2';
const arnOf = (rule: string) =>
  `arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/${listener}/${rule}`;
const maintenance = arnOf('1291d13826f405c3');
const limiting = arnOf('9683b2d02a6cabee');

let cloud: Cloud;
let redis: Redis;
let alb: Alb;
beforeEach(async () => {
  const clock = clockFrom(clockText(new Date('2026-11-20T09:00:00Z'), 100));
  cloud = await startCloud({
    clock,
    region: 'eu-west-1',
    services: [],
    latencyMs: 0,
    loadBalancers: [
      {
        cluster: 'skillancer-prod',
        rules: [
          { arn: maintenance, priority: 40_001, does: 'maintenance-page' },
          { arn: limiting, priority: 40_000, does: 'rate-limit' },
        ],
      },
    ],
  });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: cloud.awsUrl,
    // Not the rules' region: that one comes from their ARNs.
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'playground',
    AWS_SECRET_ACCESS_KEY: 'playground',
  });
  const { url, prefix } = testRedis();
  redis = new Redis(url);
  alb = createAlb({ aws: createAws({ limiter: createLimiter(redis, { prefix, clock }), timeout: 1_000 }) });
});
afterEach(async () => {
  await cloud.stop();
  redis.disconnect();
});

const rules = () => cloud.snapshot().loadBalancers[0]?.rules ?? [];
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => 'it did not fail',
    (error: unknown) => error,
  );

describe('a rule', () => {
  test('is switched on and off by its priority', async () => {
    expect(await alb.ruleIs(maintenance)).toEqual({ priority: 40_001 });
    await alb.ensurePriority(maintenance, 5);
    expect(await alb.ruleIs(maintenance)).toEqual({ priority: 5 });
    await alb.ensurePriority(maintenance, 40_001);
    expect(rules().find(({ arn }) => arn === maintenance)?.priority).toBe(40_001);
  });

  test('that has the priority already is left alone', async () => {
    await alb.ensurePriority(maintenance, 40_001);
    expect(cloud.calls).toEqual({ DescribeRules: 1 });
  });

  test('is switched once although the answer was lost', async () => {
    cloud.break.loseAnswer('SetRulePriorities', 1);
    expect(await failureOf(alb.ensurePriority(maintenance, 5))).toMatchObject({ failure: 'unsure' });
    await alb.ensurePriority(maintenance, 5);
    expect(cloud.writes).toMatchObject([{ operation: 'SetRulePriorities', effect: true }]);
  });

  test.each(['DescribeRules', 'SetRulePriorities'])(
    'waits when %s is throttled, and gives up after the second time',
    async (operation) => {
      cloud.break.throttle(operation, 1);
      await alb.ensurePriority(maintenance, 5);
      cloud.break.throttle(operation, 2);
      expect(await failureOf(alb.ensurePriority(maintenance, 6))).toMatchObject({ failure: 'throttled' });
      expect(await alb.ruleIs(maintenance)).toEqual({ priority: 5 });
    },
  );

  test('that could not be asked for is "could not tell", not a refusal', async () => {
    cloud.break.html500('DescribeRules', 2);
    expect(await failureOf(alb.ruleIs(maintenance))).toMatchObject({
      failure: 'unsure',
      message: 'DescribeRules: AWS did not answer sensibly (HTTP 500 without XML)',
    });
    cloud.break.hang('SetRulePriorities', 1);
    expect(await failureOf(alb.ensurePriority(maintenance, 5))).toMatchObject({
      failure: 'unsure',
      message: expect.stringContaining('no answer in time'),
    });
    expect(cloud.writes).toEqual([]);
  });
});

describe('a no from AWS is a refusal in plain words', () => {
  const refused = async (call: Promise<unknown>) => {
    const error = await failureOf(call);
    expect(error).toMatchObject({ name: 'Refusal', hint: expect.stringMatching(/^[A-Z].*\.$/) });
    return error instanceof Error ? error.message : '';
  };

  test('where the priority is taken', async () => {
    expect(await refused(alb.ensurePriority(maintenance, 1000))).toBe(
      'The priority 1000 is in use by another rule of the load balancer skillancer-prod.',
    );
    expect(await alb.ruleIs(maintenance)).toEqual({ priority: 40_001 });
  });

  test('where there is no such rule', async () => {
    const said = 'The load balancer skillancer-prod has no rule 0000000000000000 (any more).';
    expect(await refused(alb.ruleIs(arnOf('0000000000000000')))).toBe(said);
    expect(await refused(alb.ensurePriority(arnOf('0000000000000000'), 5))).toBe(said);
  });

  test('where it is the default rule', async () => {
    const { arn = '' } = rules().find(({ priority }) => priority === 'default') ?? {};
    expect(await refused(alb.ensurePriority(arn, 5))).toMatch(/is the default rule of its listener/);
    expect(await refused(alb.ruleIs(arn))).toMatch(/has no priority/);
  });

  test.each([0, 50_001])('where the priority is %p', async (priority) => {
    expect(await refused(alb.ensurePriority(maintenance, priority))).toMatch(/must be between 1 and 50000/);
  });

  test('where the ARN is none', async () => {
    expect(await refused(alb.ruleIs('arn:aws:ecs:eu-west-1:123456789012:service/x'))).toMatch(
      /is not the ARN of a listener rule/,
    );
    expect(cloud.calls).toEqual({});
  });

  test.each(['DescribeRules', 'SetRulePriorities'])('where %s is not allowed', async (operation) => {
    cloud.break.denied(operation);
    expect(await refused(alb.ensurePriority(maintenance, 5))).toContain(
      `lacks the permission elasticloadbalancing:${operation}`,
    );
  });
});
