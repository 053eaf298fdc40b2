import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { changeTo, cloudService, cluster, placeOf, type Stage, setStage, until } from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.stop());

const api = placeOf('api');
const web = placeOf('web');
const arn = (revision: number) => `arn:aws:ecs:us-east-1:123456789012:task-definition/prod-api:${revision}`;
const lookAtApi = async () => (await stage.target.look([api])).get('api');

describe('a look', () => {
  test('tells the version of the configured container, not of the sidecar before it', async () => {
    const found = await stage.target.look([api, web]);
    expect([...found.keys()].sort()).toEqual(['api', 'web']);
    expect(found.get('api')).toEqual({
      version: 'v1.1.0',
      ref: arn(2),
      running: 2,
      desired: 2,
      steady: true,
      concern: null,
    });
  });

  test('leaves out what does not exist: a service, a cluster', async () => {
    const places = [web, placeOf('api', { service: 'nobody' })];
    expect([...(await stage.target.look(places)).keys()]).toEqual(['web']);
    expect(await stage.target.look([placeOf('api', { cluster: 'nowhere' })])).toEqual(new Map());
  });

  test('says that a rollout is under way', async () => {
    await until(stage, changeTo('v1.2.0'), 'following');
    const running = await lookAtApi();
    expect(running).toMatchObject({ version: 'v1.2.0', steady: false });
    expect(running?.concern).toMatch(/a rollout is under way: \d of 2 tasks of prod-api:3 run/);
  });

  test('says that a service is scaled to zero', async () => {
    stage.cloud.break.scaleToZero(cluster, 'api');
    expect((await lookAtApi())?.concern).toMatch(/scaled to zero/);
  });

  test('says that tasks keep failing', async () => {
    stage.cloud.break.version('api', 'v1.2.0', 'crash-at-start');
    await until(stage, changeTo('v1.2.0'), 'failed');
    expect((await lookAtApi())?.concern).toMatch(
      /tasks keep failing: \d+ so far, 0 of 2 tasks of prod-api:3 run/,
    );
  });

  test('says that ECS gave up, or is going back', async () => {
    stage.cloud.break.breaker(cluster, 'api', 'on');
    stage.cloud.break.version('api', 'v1.2.0', 'crash-at-start');
    await until(stage, changeTo('v1.2.0'), 'failed');
    expect((await lookAtApi())?.concern).toMatch(/the rollout of prod-api:3 failed: tasks failed to start/);

    stage.cloud.break.breaker(cluster, 'web', 'rollback');
    stage.cloud.break.version('web', 'v1.2.0', 'crash-at-start');
    await until(stage, changeTo('v1.2.0', 'web'), 'failed');
    const running = (await stage.target.look([web])).get('web');
    expect(running?.concern).toMatch(/ECS is rolling back: 2 of 2 tasks of prod-web:2 run/);
  });

  test('asks for each task definition only once', async () => {
    for (const _ of [1, 2, 3]) await lookAtApi();
    expect(stage.cloud.calls.DescribeTaskDefinition).toBe(1);
  });

  test('that AWS does not answer is an error in words', async () => {
    stage.cloud.break.html500('DescribeServices', 2);
    await expect(lookAtApi()).rejects.toThrow(
      'DescribeServices: AWS did not answer sensibly (HTTP 500 without JSON)',
    );
  });
});

describe('a check', () => {
  const check = (revision: number) =>
    stage.target.check([
      { place: api, revision: { version: 'v1.1.0', ref: arn(revision) } },
      { place: web, revision: { version: 'v1.1.0', ref: arn(2).replace('api', 'web') } },
    ]);

  test('finds nothing wrong where each service runs just its revision, in one call for all', async () => {
    expect(await check(2)).toEqual(new Map());
    expect(stage.cloud.calls.DescribeServices).toBe(1);
  });

  test('names the revision that runs instead', async () => {
    expect(await check(1)).toEqual(new Map([['api', 'prod-api:2 runs instead of v1.1.0 (prod-api:1)']]));
  });

  test('finds a rollout under way, a service scaled to zero and one that is gone', async () => {
    stage.cloud.break.supersede(cluster, 'api', 'v1.2.0');
    stage.cloud.break.scaleToZero(cluster, 'web');
    const wrong = await check(2);
    expect(wrong.get('api')).toMatch(/prod-api:3 runs instead of v1\.1\.0/);
    expect(wrong.get('web')).toMatch(/scaled to zero/);
    const gone = placeOf('api', { service: 'nobody' });
    const found = await stage.target.check([{ place: gone, revision: { version: 'v1', ref: arn(2) } }]);
    expect(found.get('api')).toBe('there is no service nobody in prod');
  });
});

describe('which version is meant', () => {
  beforeEach(async () => {
    await stage.stop();
    const tags = ['1.0.0', 'v1.2.2', 'v1.2.3', 'abc1234def', 'abc1299', 'main', 'latest'];
    stage = await setStage({ services: [cloudService('api', { tags, running: 'v1.2.2' })] });
  });

  test.each([
    ['v1.2.3', 'v1.2.3'],
    ['1.2.3', 'v1.2.3'],
    ['v1.0.0', '1.0.0'],
    ['abc123', 'abc1234def'],
    ['latest', 'latest'],
  ])('%s means %s', async (wanted, version) => {
    expect(await stage.target.resolve(api, wanted)).toEqual({ version });
  });

  test('none means the one pushed last that looks like a version, however the registry sorts', async () => {
    expect(await stage.target.resolve(api, null)).toEqual({ version: 'abc1299' });
    stage.cloud.push('api', 'v1.3.0');
    stage.cloud.push('api', 'nightly');
    expect(await stage.target.resolve(api, null)).toEqual({ version: 'v1.3.0' });
  });

  test('an unknown one is answered with the nearest', async () => {
    expect(await stage.target.resolve(api, 'v1.2.4')).toEqual({
      problem: 'There is no version v1.2.4 of api.',
      hint: 'Did you mean v1.2.3, v1.2.2? The newest is abc1299.',
    });
    expect(await stage.target.resolve(api, 'v7')).toMatchObject({
      hint: expect.stringMatching(/^The newest is abc1299, abc1234def, v1.2.3/),
    });
  });

  test('the start of several commits is not guessed', async () => {
    expect(await stage.target.resolve(api, 'abc12')).toEqual({
      problem: 'abc12 is the start of 2 versions of api.',
      hint: 'It may be abc1299, abc1234def.',
    });
  });

  test('a repository that does not exist is said', async () => {
    const place = placeOf('api', { image: api.target.image.replace('/api:', '/other:') });
    expect(await stage.target.resolve(place, 'v1.2.3')).toMatchObject({
      problem: 'The image repository other of api does not exist in us-east-1.',
    });
  });

  test('an image outside ECR takes the version as typed, and needs one', async () => {
    const place = placeOf('api', { image: 'ghcr.io/acme/api:{version}' });
    expect(await stage.target.resolve(place, '1.2')).toEqual({ version: '1.2' });
    expect(await stage.target.resolve(place, null)).toMatchObject({ hint: 'Name the version.' });
  });

  test('only what fits the tag of the image counts', async () => {
    stage.cloud.push('api', 'prod-v2.0.0');
    const place = placeOf('api', { image: `${api.target.image.replace('{version}', 'prod-{version}')}` });
    expect(await stage.target.resolve(place, null)).toEqual({ version: 'v2.0.0' });
    expect(await stage.target.resolve(place, '2.0.0')).toEqual({ version: 'v2.0.0' });
  });

  test('a registry that does not answer is "could not tell"; one that may not be read asks for the version', async () => {
    stage.cloud.break.html500('DescribeImages', 2);
    await expect(stage.target.resolve(api, 'v1.2.3')).rejects.toThrow(/DescribeImages: AWS did not answer/);
    stage.cloud.break.denied('DescribeImages');
    expect(await stage.target.resolve(api, null)).toMatchObject({ hint: 'Name the version.' });
    await expect(stage.target.resolve(api, 'v1.2.3')).rejects.toThrow(/lacks the permission/);
  });
});
