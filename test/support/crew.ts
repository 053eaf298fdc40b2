/** Real worker processes that tests kill: built once as for production, and replaced as soon as one is gone. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const startPatience = 60_000;

type Variables = Readonly<Record<string, string>>;

export interface CrewOptions {
  /** All that each place's worker reads its configuration from. */
  places: readonly Variables[];
}

export interface Crew {
  /** Kills the one in a place, at once and with SIGKILL, and has another one start there; waits until it is gone. */
  kill(place: number): Promise<void>;
  /** The places whose worker is at work now. */
  ready(): number[];
  /** Resolves when so many are at work. */
  whenReady(count: number): Promise<void>;
  /** What they logged as a warning or worse, one JSON object a line. */
  complaints: readonly string[];
  stop(): Promise<void>;
}

/** Waits until the first one is at work. */
export async function startCrew({ places }: CrewOptions): Promise<Crew> {
  const folder = await build();
  const server = join(folder, 'dist/server.js');
  const complaints: string[] = [];
  const hire = (place: number) => startMember(server, places[place] ?? {}, complaints);
  const members = places.map((_, place) => hire(place));
  const ready = () => [...members.keys()].filter((place) => members[place]?.isReady());

  const crew: Crew = {
    complaints,
    ready,
    kill: async (place) => {
      await members[place]?.end('SIGKILL');
      members[place] = hire(place);
    },
    whenReady: async (count) => {
      const until = Date.now() + startPatience;
      while (ready().length < count) {
        if (Date.now() > until)
          throw new Error(`no ${count} workers became ready:\n${complaints.join('\n')}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    stop: async () => {
      await Promise.all(members.map((member) => member.end('SIGKILL')));
      await rm(folder, { recursive: true, force: true });
    },
  };
  await crew.whenReady(1);
  return crew;
}

interface Member {
  isReady(): boolean;
  /** Waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

function startMember(server: string, environment: Variables, complaints: string[]): Member {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', endsWithUs, server], {
    env: { PATH, HOME, ...environment, PILOTHOUSE_ROLE: 'worker', PORT: '0', HOST: '127.0.0.1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let isReady = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.includes('"Pilothouse is ready"')) isReady = true;
    else if (/"level":"?(warn|error|fatal|[456]0)/.test(line)) complaints.push(line);
  });
  createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
  return {
    isReady: () => isReady && !hasEnded(child),
    end: async (signal) => {
      if (hasEnded(child)) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

/** Our end of the pipe closes when we are gone, even by SIGKILL; nobody is left behind then. */
const endsWithUs = `data:text/javascript,${encodeURIComponent(
  'process.stdin.resume().on("end", () => process.exit()).unref()',
)}`;

/** As `npm run build` makes it, but in a folder of its own: it starts in half the time of running the sources. */
async function build(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pilothouse-crew-'));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const config = join(root, 'tsconfig.build.json');
  const options = ['-p', config, '--outDir', join(folder, 'dist'), '--noCheck', '--sourceMap', 'false'];
  await new Promise<void>((resolve, reject) => {
    execFile(process.execPath, [tsc, ...options], (error, stdout) =>
      error ? reject(new Error(`the build failed:\n${stdout}`)) : resolve(),
    );
  });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}
