/**
 * How long a person waits for the acknowledgement of `/deploy`, beside two floors measured in the same run: bare Bolt
 * that acknowledges at once, and bare Bolt with one `queue.add` before it. `npm run bench:ack`
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findRedis } from '../playground/redis.ts';
import { type Figures, measure, signedCommands } from './load.ts';

const rounds = 7;
const loads = [
  { connections: 1, commands: 1_000 },
  { connections: 10, commands: 4_000 },
  { connections: 50, commands: 6_000 },
];
const secret = 'signing-secret-of-the-benchmark';
const catalog = `
organization: Bench
slack: { deployments: "#deployments" }
people: { deployers: [U0BENCH001] }
environments: { staging: { base_url: http://127.0.0.1:9 } }
services:
  api:
    target:
      type: ecs
      cluster: bench
      service: api
      family: api
      container: app
      image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/api:{version}"
      environments: { staging: {} }
`;

const folder = mkdtempSync(join(tmpdir(), 'pilothouse-bench-'));
const redis = await findRedis({ appendonly: true });
const children: ChildProcess[] = [];
try {
  writeFileSync(join(folder, 'pilothouse.yml'), catalog);
  const servers = [
    { name: 'bare Bolt', port: await startProcess('bench/floor.ts', { FLOOR: 'ack' }) },
    { name: 'bare Bolt + queue.add', port: await startProcess('bench/floor.ts', { FLOOR: 'queue' }) },
    { name: 'Pilothouse', port: await startProcess('src/server.ts', { PILOTHOUSE_ROLE: 'web' }) },
  ];
  for (const { port } of servers) await measure(port, 10, signedCommands(2_000, secret));
  for (const { connections, commands } of loads) {
    const figures = new Map(servers.map(({ name }) => [name, [] as Figures[]]));
    for (let round = 0; round < rounds; round++) {
      // Each server at each place in the order, so that none always follows the busiest.
      const turned = servers.map((_, i) => servers[(i + round) % servers.length]);
      for (const server of turned) {
        if (!server) continue;
        const measured = await measure(server.port, connections, signedCommands(commands, secret));
        figures.get(server.name)?.push(measured);
      }
    }
    print(connections, figures);
  }
} finally {
  for (const child of children) child.kill();
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function startProcess(file: string, env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...env,
      SLACK_BOT_TOKEN: 'xoxb-bench',
      SLACK_SIGNING_SECRET: secret,
      SLACK_API_URL: 'http://127.0.0.1:9/api/',
      REDIS_URL: redis.url,
      PILOTHOUSE_CATALOG: join(folder, 'pilothouse.yml'),
      PORT: '0',
      HOST: '127.0.0.1',
    },
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const { port } = JSON.parse(line) as { port?: number };
    if (port) return port;
  }
  await once(child, 'exit');
  throw new Error(`${file} did not start`);
}

function print(connections: number, figures: Map<string, Figures[]>): void {
  const middle = [...figures].map(([name, all]) => ({
    name,
    p50: median(all.map((f) => f.p50)),
    p99: median(all.map((f) => f.p99)),
    perSecond: median(all.map((f) => f.perSecond)),
  }));
  const floor = middle.find(({ name }) => name.includes('queue.add'));
  process.stdout.write(`\n${connections} connection(s), median of ${rounds} rounds\n`);
  for (const { name, p50, p99, perSecond } of middle) {
    const ratio = floor
      ? ` | ${(p50 / floor.p50).toFixed(2)} × and ${(p99 / floor.p99).toFixed(2)} × the floor with queue.add`
      : '';
    process.stdout.write(
      `  ${name.padEnd(22)} p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, ${Math.round(perSecond)} requests/s${ratio}\n`,
    );
  }
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
