/**
 * Many services deployed at once against the simulated ECS with AWS's real quotas, beside the bound that the slowest
 * quota sets (new task definitions: 20 at once, then 1 a second). `npm run bench:rollout [-- --services 200 --scale 4]`
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBot } from '../playground/bots.ts';
import { startCloud } from '../playground/cloud/index.ts';
import { findRedis } from '../playground/redis.ts';
import { startSlack } from '../playground/slack/index.ts';
import { clockFrom, clockText } from '../src/clients/clock.ts';
import { workerConnection } from '../src/clients/redis.ts';
import { createStore } from '../src/clients/store/index.ts';

const { values } = parseArgs({
  options: { services: { type: 'string', default: '200' }, scale: { type: 'string', default: '4' } },
});
const count = Number(values.services);
const names = Array.from({ length: count }, (_, i) => `svc-${String(i + 1).padStart(3, '0')}`);
const setting = clockText(new Date('2026-01-05T09:00:00Z'), Number(values.scale));
const clock = clockFrom(setting);
/** A task needs 2 s to start, so that the API's quotas are what takes the time. */
const rolloutMs = 2_000;

const redis = await findRedis({ appendonly: true });
const slack = await startSlack({
  clock,
  signingSecret: 'signing-secret-of-the-benchmark',
  botToken: 'xoxb-bench',
  people: [{ id: 'U0BENCH001', name: 'ana', email: 'ana@example.com' }],
  channels: ['deployments'],
});
const cloud = await startCloud({
  clock,
  rolloutMs,
  services: names.map((service) => ({
    cluster: 'bench',
    service,
    family: service,
    container: 'app',
    repository: service,
    tags: ['v1.0.0', 'v2.0.0'],
    running: 'v1.0.0',
    desired: 1,
    breaker: 'rollback',
  })),
});
const stableAt: number[] = [];
cloud.watch(({ at, text }) => {
  if (text.endsWith(' runs v2.0.0')) stableAt.push(at);
});
const folder = mkdtempSync(join(tmpdir(), 'pilothouse-bench-'));
writeFileSync(join(folder, 'pilothouse.yml'), catalog());
const bot = await startBot({
  name: 'bot',
  environment: {
    SLACK_BOT_TOKEN: 'xoxb-bench',
    SLACK_SIGNING_SECRET: 'signing-secret-of-the-benchmark',
    SLACK_API_URL: slack.apiUrl,
    REDIS_URL: redis.url,
    PILOTHOUSE_CATALOG: join(folder, 'pilothouse.yml'),
    PILOTHOUSE_CLOCK: setting,
    AWS_ENDPOINT_URL: cloud.awsUrl,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIABENCH',
    AWS_SECRET_ACCESS_KEY: 'secret-of-the-benchmark',
  },
});
const connection = workerConnection(redis.url, { onError: () => {} });
const store = createStore(connection, 'pilothouse');
try {
  slack.connect(`${bot.url}/slack/events`);
  await slack.command('/deploy staging all v2.0.0', { as: 'ana' });
  while ((await store.load('D-1'))?.step !== 'ended') await sleep(100);
  await report();
} finally {
  await bot.kill();
  await Promise.all([slack.stop(), cloud.stop()]);
  connection.disconnect();
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function report(): Promise<void> {
  const d = await store.load('D-1');
  if (!d) throw new Error('the deployment is gone');
  const at = (event: string) => d.story.find((entry) => entry.event === event)?.at ?? Number.NaN;
  const took = (at('stage-verified') - at('stage-started')) / 1000;
  const quota = Math.max(0, count - 20);
  const floor = quota + (1_000 + rolloutMs * 1.5) / 1000;
  const calls = Object.entries(cloud.calls).filter(([name]) => !name.startsWith('Throttled:'));
  const throttled = Object.entries(cloud.calls).filter(([name]) => name.startsWith('Throttled:'));
  const total = calls.reduce((sum, [, n]) => sum + n, 0);
  const told = d.story.filter((entry) => entry.event === 'could-not-tell').length;
  const lines = [
    `${count} services: ${d.ending}`,
    `rolled out and verified in ${took.toFixed(1)} s of AWS's time (clock × ${values.scale})`,
    `bound set by the quota for new task definitions: ${quota} s; with the last task's own start: ${floor.toFixed(1)} s`,
    `ratio ${(took / quota).toFixed(3)} to the quota, ${(took / floor).toFixed(3)} with the last task's start`,
    `API calls: ${(total / count).toFixed(1)} a service (${calls.map(([name, n]) => `${name} ${n}`).join(', ')})`,
    `throttled by AWS: ${throttled.map(([name, n]) => `${name} ${n}`).join(', ') || 'none'}; surfaced to people: ${told}`,
    `stable -> shown in Slack: ${delays()}`,
    `Slack: ${slack.log.filter((e) => e.method === 'chat.update' && e.ok).length} edits, refused ${slack.log.filter((e) => !e.ok).length}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** The n-th service that became stable is shown when the message first counts n of them. */
function delays(): string {
  const shown: { at: number; stable: number }[] = [];
  for (const { at, method, ok, args } of slack.log) {
    if (!ok || !method.startsWith('chat.')) continue;
    const counted = new RegExp(`(\\d+) of ${count} services stable`).exec(JSON.stringify(args));
    if (counted) shown.push({ at, stable: Number(counted[1]) });
  }
  const waits = stableAt
    .sort((a, b) => a - b)
    .map((at, i) => (shown.find((s) => s.stable > i)?.at ?? Number.NaN) - at)
    .sort((a, b) => a - b);
  const part = (share: number) =>
    `${((waits[Math.floor(share * (waits.length - 1))] ?? Number.NaN) / 1000).toFixed(2)} s`;
  return `median ${part(0.5)}, p90 ${part(0.9)}, longest ${part(1)} (${waits.length} services)`;
}

function catalog(): string {
  return `
organization: Bench
slack: { deployments: "#deployments" }
people: { deployers: [U0BENCH001] }
environments: { staging: { base_url: "${cloud.siteUrl('bench')}", watch: { for: 10s, every: 5s } } }
services:
${names.map(serviceLine).join('\n')}
`;
}

function serviceLine(name: string): string {
  const target = `{ type: ecs, cluster: bench, service: ${name}, family: ${name}, container: app, image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/{service}:{version}", environments: { staging: {} } }`;
  return `  ${name}: { target: ${target} }`;
}
