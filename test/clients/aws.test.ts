import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { DescribeServicesCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Aws, createAws } from '../../src/clients/aws.ts';
import { AwsError, awsError, isDenied, saidNo } from '../../src/clients/aws-errors.ts';
import type { Bucket, Limiter } from '../../src/clients/limiter.ts';

const region = 'eu-central-1';
const ends: (() => void)[] = [];

beforeEach(() => {
  process.env.AWS_ACCESS_KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = 'a-secret';
  process.env.AWS_REGION = region;
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A limiter with unlimited room, or none; remembers who went through. */
function recordingLimiter(room = true) {
  const log: string[] = [];
  const limiter: Limiter = {
    take: async ({ name }) => void log.push(`take ${name}`),
    reserve: async () => 0,
    tryTake: async ({ name }) => {
      log.push(`try ${name}`);
      return room ? 0 : 1000;
    },
    penalise: async ({ name }: Bucket, ms) => void log.push(`penalise ${name} ${ms}`),
  };
  return { limiter, log };
}

/** Answers the first requests one by one, the last answer for all others. */
async function awsThat(answers: RequestListener[], { room = true, timeout = 5_000 } = {}) {
  let calls = 0;
  const server = createServer((request, response) => {
    const answer = answers[Math.min(calls, answers.length - 1)];
    calls += 1;
    request.resume().once('end', () => answer?.(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { limiter, log } = recordingLimiter(room);
  return { aws: createAws({ limiter, timeout }), log, calls: () => calls };
}

const answers =
  (status: number, body: string | object): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
const exception = (type: string, message: string, status = 400) => answers(status, { __type: type, message });
const drops: RequestListener = (_, response) => response.destroy();
const hangs: RequestListener = () => {};

const read = (aws: Aws) =>
  aws.ecs(undefined).send('DescribeServices', new DescribeServicesCommand({ cluster: 'c', services: ['s'] }));
const write = (aws: Aws) =>
  aws.ecs(undefined).sendIfRoom('UpdateService', new UpdateServiceCommand({ cluster: 'c', service: 's' }));
const failureOf = async (call: Promise<unknown>): Promise<AwsError> => {
  const error = await call.then(
    () => new Error('it did not fail'),
    (e: unknown) => e,
  );
  if (error instanceof AwsError) return error;
  throw error;
};

describe('quotas', () => {
  test('every call goes through the bucket of its operation, named by region', async () => {
    const { aws, log } = await awsThat([answers(200, { services: [] })]);
    await read(aws);
    await write(aws);
    await aws.ecr('us-east-1').send('DescribeImages', new DescribeImagesCommand({ repositoryName: 'api' }));
    expect(log).toEqual([
      `take ecs:${region}:service-read`,
      `try ecs:${region}:service-change`,
      'take ecr:us-east-1:read',
    ]);
  });

  test('a call that may not wait is not made when there is no room', async () => {
    const { aws, calls } = await awsThat([answers(200, {})], { room: false });
    expect(await write(aws)).toBeUndefined();
    expect(calls()).toBe(0);
  });

  test('a throttled call makes everybody wait and is tried once more', async () => {
    const { aws, log, calls } = await awsThat([
      exception('ThrottlingException', 'Rate exceeded'),
      answers(200, { services: [] }),
    ]);
    expect((await read(aws)).services).toEqual([]);
    expect(log).toContain(`penalise ecs:${region}:service-read 1000`);
    expect(calls()).toBe(2);
  });

  test('a quota that cannot be asked is not blamed on AWS', async () => {
    const { limiter } = recordingLimiter();
    const aws = createAws({
      limiter: { ...limiter, take: () => Promise.reject(new Error('Connection is closed.')) },
    });
    expect(await failureOf(read(aws))).toMatchObject({
      failure: 'unsure',
      message: 'ecs:DescribeServices: no turn in the shared quota (Connection is closed.)',
    });
  });

  test('throttled twice is "could not tell"', async () => {
    const { aws, calls } = await awsThat([exception('ThrottlingException', 'Rate exceeded')]);
    const error = await failureOf(write(aws));
    expect(error).toMatchObject({ failure: 'throttled', message: 'AWS is throttling UpdateService' });
    expect(saidNo(error)).toBe(false);
    expect(calls()).toBe(2);
  });
});

describe('a call that breaks off', () => {
  test('is sent again at once if it only reads', async () => {
    const { aws, calls } = await awsThat([drops, answers(200, { services: [] })]);
    expect((await read(aws)).services).toEqual([]);
    expect(calls()).toBe(2);
  });

  test('is never sent again if it writes: it may have been carried out', async () => {
    const { aws, calls } = await awsThat([drops]);
    expect(await failureOf(write(aws))).toMatchObject({ failure: 'unsure' });
    expect(calls()).toBe(1);
  });

  test.each([
    ['an answer that never comes', hangs],
    [
      'a body that never ends',
      ((_, response) => {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': '100' });
        response.write('{"services":');
      }) satisfies RequestListener,
    ],
  ])('%s is given up on in time', async (_, answer) => {
    const { aws } = await awsThat([answer], { timeout: 200 });
    const began = performance.now();
    expect((await failureOf(write(aws))).message).toBe(
      'UpdateService: AWS did not answer sensibly (no answer in time)',
    );
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test('an endpoint where nobody listens is "could not tell"', async () => {
    const { aws } = await awsThat([hangs]);
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
    expect(await failureOf(read(aws))).toMatchObject({
      failure: 'unsure',
      message: expect.stringMatching(/DescribeServices: AWS did not answer sensibly \(.*ECONNREFUSED/),
    });
  });
});

describe('what AWS says, in words', () => {
  test('HTML from a proxy', async () => {
    const { aws } = await awsThat([answers(500, '<html><body>502</body></html>')]);
    expect((await failureOf(read(aws))).message).toBe(
      'DescribeServices: AWS did not answer sensibly (HTTP 500 without JSON)',
    );
  });

  test('a denial names the permission that is missing, and nobody', async () => {
    const said =
      'User: arn:aws:sts::123456789012:assumed-role/bot/i-0 is not authorized to perform: iam:PassRole on resource: x';
    const { aws } = await awsThat([exception('AccessDeniedException', said)]);
    const error = await failureOf(write(aws));
    expect(error.message).toBe("AWS denied UpdateService: the bot's role lacks the permission iam:PassRole");
    expect([isDenied(error), saidNo(error)]).toEqual([true, true]);
  });

  test('a refusal keeps its reason and its name', async () => {
    const { aws } = await awsThat([exception('ServiceNotActiveException', 'Service was not ACTIVE.')]);
    expect(await failureOf(write(aws))).toMatchObject({
      failure: 'refused',
      code: 'ServiceNotActiveException',
      message: 'AWS refused UpdateService: Service was not ACTIVE.',
    });
  });

  test('two registrations that met are not a refusal', () => {
    const error = Object.assign(
      new Error('Too many concurrent attempts to create a new revision of the family.'),
      {
        name: 'ClientException',
        $fault: 'client',
        $metadata: { httpStatusCode: 400 },
      },
    );
    expect(awsError('ecs:RegisterTaskDefinition', error).failure).toBe('unsure');
  });

  test.each(['InvalidSignatureException', 'ExpiredTokenException', 'UnrecognizedClientException'])(
    '%s never repeats what was signed',
    async (type) => {
      const { aws } = await awsThat([exception(type, 'The canonical string was … AKIAIOSFODNN7EXAMPLE …')]);
      const error = await failureOf(read(aws));
      expect(error).toMatchObject({
        failure: 'unsure',
        message: `DescribeServices: AWS did not accept the bot's credentials (${type})`,
      });
    },
  );

  test('access keys are cut out of everything else', async () => {
    const { aws } = await awsThat([exception('InvalidParameterException', 'Bad key AKIAIOSFODNN7EXAMPLE')]);
    expect((await failureOf(read(aws))).message).toBe('AWS refused DescribeServices: Bad key (key)');
  });

  test('a missing region says where to set it', async () => {
    const { aws, calls } = await awsThat([answers(200, {})]);
    delete process.env.AWS_REGION;
    process.env.AWS_CONFIG_FILE = '/nowhere';
    expect((await failureOf(read(aws))).message).toMatch(
      /no AWS region; set AWS_REGION or the target's region/,
    );
    expect(calls()).toBe(0);
  });
});
