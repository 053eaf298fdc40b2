/** A small estate and real SDK clients for the tests of the simulated cloud. */

import { ECRClient } from '@aws-sdk/client-ecr';
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { type CloudOptions, type CloudService, startCloud } from '../../../playground/cloud/index.ts';
import type { Clock } from '../../../src/clients/clock.ts';

export const PROD = 'skillancer-prod';
export const IMAGES = '123456789012.dkr.ecr.us-east-1.amazonaws.com';

export const api: CloudService = {
  cluster: PROD,
  service: 'api-gateway',
  family: 'skillancer-prod-api-gateway',
  container: 'app',
  repository: 'api-gateway',
  tags: ['v1.0.0', 'v1.1.0', 'v1.2.0'],
  running: 'v1.1.0',
};

export const market: CloudService = {
  ...api,
  service: 'market',
  family: 'skillancer-prod-market',
  repository: 'market',
};

/** A clock that only moves when somebody sleeps on it, and then at once: minutes of a rollout take no real time. */
function clockByHand(): Clock {
  let now = Date.parse('2026-01-05T09:00:00Z');
  return {
    now: () => now,
    real: () => 0,
    sleep: async (ms) => {
      now += ms;
    },
  };
}

/** A cloud on a clock by hand, with clients that do not retry. */
export async function openCloud(options: Partial<CloudOptions> = {}) {
  const clock = options.clock ?? clockByHand();
  const cloud = await startCloud({ services: [api, market], latencyMs: 0, ...options, clock });
  const settings = {
    endpoint: cloud.awsUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  };
  const ecs = new ECSClient(settings);
  const ecr = new ECRClient(settings);
  const describe = async (service = 'api-gateway') => {
    const answer = await ecs.send(new DescribeServicesCommand({ cluster: PROD, services: [service] }));
    const [found] = answer.services ?? [];
    if (!found) throw new Error(`no service ${service}`);
    return found;
  };
  return {
    cloud,
    clock,
    ecs,
    ecr,
    describe,
    close: async () => {
      ecs.destroy();
      ecr.destroy();
      await cloud.stop();
    },
  };
}

export type OpenCloud = Awaited<ReturnType<typeof openCloud>>;

/** Asks every three seconds of the clock until the answer is there; gives up after half an hour of the clock. */
export async function until<Answer>(
  { clock }: Pick<OpenCloud, 'clock'>,
  ask: () => Promise<Answer | undefined | false>,
): Promise<Answer> {
  const deadline = clock.now() + 1_800_000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (clock.now() > deadline) throw new Error('it did not happen within half an hour of the clock');
    await clock.sleep(3_000);
  }
}
