/** The three simulated services with their clients, on a clock that can run fast. */
import { Redis } from 'ioredis';
import { startGitHub } from '../../playground/github/index.ts';
import { startPagerDuty } from '../../playground/pagerduty/index.ts';
import { startStatuspage } from '../../playground/statuspage/index.ts';
import { scaledClock } from '../../src/clients/clock.ts';
import { createGitHubIssues } from '../../src/clients/github-issues.ts';
import { createLimiter } from '../../src/clients/limiter.ts';
import { OutsideAway, OutsideRefused } from '../../src/clients/outside.ts';
import { createPagerDuty } from '../../src/clients/pagerduty.ts';
import { createStatuspage } from '../../src/clients/statuspage.ts';
import { testPrefix, testRedis } from '../support/redis.ts';

export const secrets = {
  pagerDutyToken: 'secret-pagerduty-token',
  routingKey: 'secret0routing0key0secret0000000',
  statuspageToken: 'secret-statuspage-token',
  githubToken: 'secret-github-token',
};

/** 2026-11-24 12:00 UTC, and so many times as fast as real time. */
export const fastClock = (scale = 100) =>
  scaledClock({ start: Date.UTC(2026, 10, 24, 12), since: Date.now(), scale });

export async function startPagerDutyPair(clock = fastClock()) {
  const service = await startPagerDuty({
    clock,
    token: secrets.pagerDutyToken,
    routingKey: secrets.routingKey,
  });
  const settings = {
    token: secrets.pagerDutyToken,
    from: 'pilothouse@example.com',
    routingKey: secrets.routingKey,
    apiUrl: service.url,
    eventsUrl: service.url,
  };
  return { clock, service, settings, client: createPagerDuty(settings, clock) };
}

export async function startStatuspagePair(clock = fastClock()) {
  const service = await startStatuspage({ clock, token: secrets.statuspageToken });
  const redis = new Redis(testRedis().url);
  const limiter = createLimiter(redis, { prefix: testPrefix(), clock });
  const settings = { token: secrets.statuspageToken, apiUrl: service.url };
  return {
    clock,
    limiter,
    settings,
    service: {
      ...service,
      stop: async () => {
        redis.disconnect();
        await service.stop();
      },
    },
    client: createStatuspage(settings, { clock, limiter }),
  };
}

export async function startGitHubPair(clock = fastClock()) {
  const repositories = {
    'pilothouse/platform': { assignable: ['lead'] },
    'pilothouse/archive': { hasIssues: false },
  };
  const service = await startGitHub({ clock, token: secrets.githubToken, repositories });
  const settings = { token: secrets.githubToken, apiUrl: service.url };
  return { clock, service, settings, client: createGitHubIssues(settings, clock) };
}

/** How a call failed; throws where it did not, or with something else than an error of ours. */
export async function failureOf(call: Promise<unknown>): Promise<OutsideAway | OutsideRefused> {
  const outcome = await call.then(
    () => new Error('the call went well'),
    (error: unknown) => error,
  );
  if (outcome instanceof OutsideAway || outcome instanceof OutsideRefused) return outcome;
  throw outcome;
}
