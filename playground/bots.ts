/** Runs the bot itself as child processes, as it would run for real, and ends or kills them on demand. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const startPatience = 60_000;
const stopPatience = 10_000;
const keptLines = 2_000;

export interface BotOptions {
  /** What people call it: `bot`, `web`, `worker 1`. */
  readonly name: string;
  /** All that it reads its configuration from, besides PORT and HOST. */
  readonly environment: Readonly<Record<string, string>>;
  /** Told once when a process ended that nobody asked to end. */
  readonly onCrash?: (words: string) => void;
}

export interface Bot {
  readonly name: string;
  /** Its own HTTP server; the same after a restart. */
  readonly url: string;
  /** Undefined while none runs. */
  pid(): number | undefined;
  isRunning(): boolean;
  /** Sends the signal and waits until the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** A new process with the same settings, once the former has ended; waits until it is ready. */
  restart(): Promise<void>;
  /** What it logged last, in all its lives; one JSON object a line. */
  lines(): readonly string[];
}

/** Starts the bot and waits until it says that it is ready. Throws with its last words when it ends before. */
export async function startBot(options: BotOptions): Promise<Bot> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const lines: string[] = [];
  const keep = (line: string) => {
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
  };
  let life = await startLife(options, url, keep);

  return {
    name: options.name,
    url,
    pid: () => (life.hasEnded() ? undefined : life.pid),
    isRunning: () => !life.hasEnded(),
    kill: (signal = 'SIGTERM') => life.end(signal),
    restart: async () => {
      await life.end('SIGTERM');
      life = await startLife(options, url, keep);
    },
    lines: () => lines,
  };
}

interface Life {
  readonly pid: number | undefined;
  hasEnded(): boolean;
  end(signal: NodeJS.Signals): Promise<void>;
}

async function startLife(options: BotOptions, url: string, keep: (line: string) => void): Promise<Life> {
  const child = spawnTied({ ...options.environment, HOST: '127.0.0.1', PORT: new URL(url).port });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      keep(line);
      said.push(line);
      if (said.length > 20) said.shift();
    });
  }
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const lastWords = () => said.map((line) => `  ${line}`).join('\n') || '  it said nothing';
  let isAsked = false;
  let isReady = false;
  const exited = once(child, 'exit').then(() => {
    child.stdin.end();
    if (isReady && !isAsked)
      options.onCrash?.(
        `${options.name} ended by itself (${child.exitCode ?? child.signalCode}):\n${lastWords()}`,
      );
  });
  const end = async (signal: NodeJS.Signals) => {
    isAsked = true;
    if (hasEnded()) return exited;
    child.kill(signal);
    const impatience = setTimeout(() => child.kill('SIGKILL'), stopPatience);
    await exited;
    clearTimeout(impatience);
  };

  const trouble = await whenReady(url, hasEnded);
  if (trouble) {
    await end('SIGKILL');
    throw new Error(`${options.name} ${trouble}:\n${lastWords()}`);
  }
  isReady = true;
  return { pid: child.pid, hasEnded, end };
}

/** Nothing once it is ready, else what went wrong. */
async function whenReady(url: string, hasEnded: () => boolean): Promise<string | undefined> {
  const until = performance.now() + startPatience;
  while (performance.now() < until) {
    if (hasEnded()) return 'ended before it was ready';
    const ready = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await ready?.body?.cancel();
    if (ready?.ok) return undefined;
    await sleep(50);
  }
  return `was not ready within ${startPatience / 1000} s`;
}

/**
 * A watcher on our end of a pipe ends the bot when this process is gone, even by SIGKILL. Detached, so that a Ctrl-C
 * reaches us first. Of our own environment the bot gets only what it takes to run: no AWS profile, no proxy.
 */
function spawnTied(environment: Readonly<Record<string, string>>) {
  const tied = 'exec 3<&0; (read -r _ <&3; kill -9 $$) >/dev/null 2>&1 & exec "$@" 3<&- </dev/null';
  const bot = [process.execPath, '--import', 'tsx', 'src/server.ts'];
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
  return spawn('/bin/sh', ['-c', tied, 'pilothouse', ...bot], {
    cwd: root,
    env: { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...environment },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1');
  return address.port;
}
