/** The load balancer in front of the services: its API's manners, and what its rules do to requests. */
import {
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startCloud } from '../../../playground/cloud/index.ts';
import { realClock } from '../../../src/clients/clock.ts';
import { api, type OpenCloud, openCloud, PROD } from './support.ts';

let world: OpenCloud;
let elb: ElasticLoadBalancingV2Client;
const clientIn = (region: string) =>
  new ElasticLoadBalancingV2Client({
    endpoint: world.cloud.awsUrl,
    region,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
beforeEach(async () => {
  world = await openCloud({
    loadBalancers: [
      {
        cluster: PROD,
        rules: [
          { priority: 40_001, does: 'maintenance-page' },
          { priority: 40_000, does: 'rate-limit', share: 0.5 },
        ],
      },
    ],
  });
  elb = clientIn('us-east-1');
});
afterEach(async () => {
  elb.destroy();
  await world.close();
});

const rules = () => world.cloud.snapshot().loadBalancers[0]?.rules ?? [];
const arnOf = (priority: number | 'default') => rules().find((rule) => rule.priority === priority)?.arn ?? '';
const set = (...pairs: [arn: string, priority: number][]) =>
  elb.send(
    new SetRulePrioritiesCommand({
      RulePriorities: pairs.map(([RuleArn, Priority]) => ({ RuleArn, Priority })),
    }),
  );
const statuses = async (count: number, path = '/health') => {
  const found: number[] = [];
  for (let index = 0; index < count; index += 1)
    found.push((await fetch(world.cloud.siteUrl(PROD, path))).status);
  return found;
};

describe('requests', () => {
  test('go to the services while prepared rules come after the one that forwards', async () => {
    expect(await statuses(4)).toEqual([200, 200, 200, 200]);
  });

  test('meet the maintenance page once its rule comes first, and not when it is back', async () => {
    const arn = arnOf(40_001);
    await set([arn, 5]);
    const answer = await fetch(world.cloud.siteUrl(PROD, '/health'));
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toBe('text/html');
    expect(await answer.text()).toContain('We will be back soon');
    await set([arn, 40_001]);
    expect(await statuses(2)).toEqual([200, 200]);
  });

  test('are turned away in part by the rule that limits', async () => {
    await set([arnOf(40_000), 10]);
    expect(await statuses(6)).toEqual([200, 429, 200, 429, 200, 429]);
  });

  test('meet the lowest priority where several rules match', async () => {
    await set([arnOf(40_000), 10], [arnOf(40_001), 5]);
    expect(await statuses(2)).toEqual([503, 503]);
  });
});

test('paths decide which rule matches, in capitals and small letters, and the default rule takes the rest', async () => {
  await world.cloud.stop();
  const cloud = await startCloud({
    clock: realClock,
    services: [api],
    loadBalancers: [
      {
        cluster: PROD,
        rules: [
          { priority: 1, does: 'maintenance-page', paths: ['/api-gateway/health/l?ve', '/health/*'] },
          { priority: 2, does: 'forward', paths: ['/api-gateway/*'] },
        ],
      },
    ],
  });
  const status = async (path: string) => (await fetch(cloud.siteUrl(PROD, path))).status;
  expect(await status('/api-gateway/health/live')).toBe(503);
  expect(await status('/health/ready')).toBe(503);
  expect(await status('/api-gateway/health')).toBe(200);
  expect(await status('/Health/ready')).toBe(404);
  await cloud.stop();
});

describe('the API', () => {
  test('describes rules of a listener in order, in pages, and by their ARNs', async () => {
    const ListenerArn = arnOf(40_000)
      .replace(':listener-rule/', ':listener/')
      .replace(/\/[^/]+$/, '');
    const first = await elb.send(new DescribeRulesCommand({ ListenerArn, PageSize: 3 }));
    expect(first.Rules?.map(({ Priority }) => Priority)).toEqual(['1000', '40000', '40001']);
    const rest = await elb.send(new DescribeRulesCommand({ ListenerArn, Marker: first.NextMarker }));
    expect(rest).toMatchObject({ Rules: [{ Priority: 'default', IsDefault: true }] });
    expect(rest.NextMarker).toBeUndefined();
    const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [arnOf(40_001), arnOf(40_000)] }));
    expect(Rules).toMatchObject([
      {
        IsDefault: false,
        Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
        Actions: [
          {
            Type: 'fixed-response',
            FixedResponseConfig: { StatusCode: '503', MessageBody: expect.stringContaining('<h1>') },
          },
        ],
      },
      { Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ Weight: 50 }, { Weight: 50 }] } }] },
    ]);
  });

  test('lets rules swap their priorities in one call, and does all or nothing', async () => {
    const [page, limit, forward] = [arnOf(40_001), arnOf(40_000), arnOf(1000)];
    await set([page, 40_000], [limit, 40_001]);
    expect([arnOf(40_000), arnOf(40_001)]).toEqual([page, limit]);
    await expect(set([page, 7], [limit, 1000])).rejects.toMatchObject({ name: 'PriorityInUseException' });
    await expect(set([page, 7], [limit, 7])).rejects.toMatchObject({ name: 'PriorityInUseException' });
    expect([arnOf(40_000), arnOf(40_001), arnOf(1000)]).toEqual([page, limit, forward]);
    await set([page, 40_000]);
    expect(world.cloud.writes.map(({ effect }) => effect)).toEqual([true, false]);
  });

  test.each([
    ['an unknown rule', () => set([`${arnOf(1000).slice(0, -4)}ffff`, 5]), 'RuleNotFoundException'],
    ['the default rule', () => set([arnOf('default'), 5]), 'OperationNotPermittedException'],
    ['priority 0', () => set([arnOf(1000), 0]), 'ValidationError'],
    ['priority 50,001', () => set([arnOf(1000), 50_001]), 'ValidationError'],
    ['no rule', () => set(), 'ValidationError'],
    ['what is no rule', () => set(['arn:aws:s3:::bucket', 5]), 'ValidationError'],
    ['neither listener nor rules', () => elb.send(new DescribeRulesCommand({})), 'ValidationError'],
    [
      'an unknown listener',
      () => elb.send(new DescribeRulesCommand({ ListenerArn: 'arn:aws:x' })),
      'ListenerNotFoundException',
    ],
  ])('refuses %s', async (_, ask, name) => {
    await expect(ask()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
    expect(world.cloud.writes).toEqual([]);
  });

  test('refuses what is not signed for it, and what it does not know', async () => {
    const ask = async (body: string, authorization?: string) => {
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        ...(authorization ? { authorization } : {}),
      };
      const answer = await fetch(world.cloud.awsUrl, { method: 'POST', body, headers });
      return `${answer.status} ${/<Code>(\w+)</.exec(await answer.text())?.[1]}`;
    };
    const describeRules = 'Action=DescribeRules&Version=2015-12-01';
    const signedFor = (scope: string) =>
      `AWS4-HMAC-SHA256 Credential=AKID/20260105/${scope}/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
    expect(await ask(describeRules)).toBe('403 MissingAuthenticationToken');
    expect(await ask(describeRules, 'Bearer xyz')).toBe('400 IncompleteSignature');
    expect(await ask(describeRules, signedFor('us-east-1/ecs'))).toBe('403 SignatureDoesNotMatch');
    expect(await ask(describeRules, signedFor('us-east-1/elasticloadbalancing'))).toBe('400 ValidationError');
    expect(await ask('Action=DeleteRule&Version=2015-12-01')).toBe('400 InvalidAction');
    expect(await ask('Action=DescribeRules&Version=2012-06-01')).toBe('400 InvalidAction');
    const elsewhere = clientIn('eu-west-1');
    await expect(elsewhere.send(new DescribeRulesCommand({ RuleArns: [arnOf(1000)] }))).rejects.toMatchObject(
      {
        name: 'SignatureDoesNotMatch',
      },
    );
    elsewhere.destroy();
  });

  test('throttles, denies, breaks and loses answers like the other operations', async () => {
    const { cloud } = world;
    const describeOne = () => elb.send(new DescribeRulesCommand({ RuleArns: [arnOf(1000)] }));
    cloud.break.throttle('DescribeRules', 1);
    await expect(describeOne()).rejects.toMatchObject({ name: 'ThrottlingException' });
    cloud.break.denied('DescribeRules', 1);
    await expect(describeOne()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('elasticloadbalancing:DescribeRules'),
    });
    cloud.break.html500('DescribeRules', 1);
    await expect(describeOne()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    cloud.break.loseAnswer('SetRulePriorities', 1);
    await expect(set([arnOf(40_001), 5])).rejects.toThrow();
    expect(arnOf(5)).not.toBe('');
    for (let count = 0; count < 9; count += 1) await set([arnOf(5), 5]);
    await expect(set([arnOf(5), 5])).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});
