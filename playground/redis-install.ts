/** Gets a Redis server onto a machine that has none: unpacked into a folder of ours as any user, else installed system-wide. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const programs = ['redis-server', 'valkey-server'] as const;

/** A server program and the environment that it needs to find its libraries. */
export interface RedisServer {
  readonly program: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly how: string;
}

export interface Installing {
  readonly environment: NodeJS.ProcessEnv;
  /** The folder that keeps an unpacked server for the next time. */
  readonly cache: string;
  readonly say: (line: string) => void;
}

/** The first `redis-server` or `valkey-server` on the PATH that may be executed. */
export async function redisOnPath(environment: NodeJS.ProcessEnv): Promise<RedisServer | undefined> {
  for (const name of programs) {
    const program = await onPath(name, environment);
    if (program) return { program, environment, how: `${program}, found on the PATH` };
  }
  return undefined;
}

/** The server that an earlier run unpacked, if it still runs on this machine. */
export async function redisInCache({ environment, cache }: Installing): Promise<RedisServer | undefined> {
  return unpackedServer(cache, environment);
}

/**
 * Downloads the server and the libraries that this machine lacks, and unpacks them into the cache: needs no rights and
 * changes nothing outside of the folder. Several processes may do this at once; the first to finish wins.
 */
export async function unpackRedis(installing: Installing): Promise<RedisServer | undefined> {
  const { environment, cache, say } = installing;
  if (!(await onPath('apt-get', environment)) || !(await onPath('dpkg', environment))) return undefined;
  say('No Redis on this machine: downloading one into node_modules/.cache (once, nothing is installed)');
  const folder = `${cache}.${randomUUID()}`;
  try {
    await mkdir(folder, { recursive: true });
    await downloadPackages(folder, environment, say);
    if (!(await unpackedServer(folder, environment))) return undefined;
    await putInPlace(folder, cache, environment);
    return await unpackedServer(cache, environment);
  } catch (error) {
    say(`That did not work: ${lastLine(error)}`);
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Installs Redis for the whole machine with the package manager that is there and may be used without asking. */
export async function installRedis({ environment, say }: Installing): Promise<RedisServer | undefined> {
  for (const commands of await systemInstalls(environment)) {
    say(`Installing Redis: ${commands.map((command) => command.join(' ')).join(' && ')}`);
    try {
      for (const [program = '', ...args] of commands) await run(program, args, { env: environment });
      const server = await redisOnPath(environment);
      if (server) return { ...server, how: `${server.program}, just installed` };
    } catch (error) {
      say(`That did not work: ${lastLine(error)}`);
    }
  }
  return undefined;
}

async function systemInstalls(environment: NodeJS.ProcessEnv): Promise<string[][][]> {
  const installs: string[][][] = [];
  const apt = await onPath('apt-get', environment);
  const sudo = await onPath('sudo', environment);
  const isRoot = process.getuid?.() === 0;
  if (apt && (isRoot || sudo)) {
    const prefix = isRoot ? [] : ['sudo', '-n'];
    installs.push([
      [...prefix, 'apt-get', 'update'],
      [...prefix, 'apt-get', 'install', '-y', '--no-install-recommends', 'redis-server'],
    ]);
  }
  if (await onPath('brew', environment)) installs.push([['brew', 'install', 'redis']]);
  return installs;
}

async function downloadPackages(folder: string, environment: NodeJS.ProcessEnv, say: Installing['say']) {
  const lists = join(folder, 'apt', 'lists');
  // Package lists of our own where the machine's are missing or too old: apt-get update without any rights.
  const own = [`Dir::State::lists=${lists}`, `Dir::Cache=${join(folder, 'apt', 'cache')}`].flatMap((to) => [
    '-o',
    to,
  ]);
  try {
    await downloadWith([], folder, environment);
  } catch {
    say('Fetching the package lists first');
    await mkdir(join(lists, 'partial'), { recursive: true });
    await mkdir(join(folder, 'apt', 'cache', 'archives', 'partial'), { recursive: true });
    await run('apt-get', [...own, ...quiet, 'update'], { cwd: folder, env: environment });
    await downloadWith(own, folder, environment);
  }
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.deb')) continue;
    await run('dpkg', ['-x', file, '.'], { cwd: folder, env: environment });
    await rm(join(folder, file));
  }
  await rm(join(folder, 'apt'), { recursive: true, force: true });
}

/** As root, apt-get would hand the download to a user who may not write into our folder. */
const quiet = ['-qq', '-o', 'APT::Sandbox::User=root'];

/** `apt-get --simulate` names exactly what is missing here, whatever the libraries are called in this release. */
async function downloadWith(options: readonly string[], folder: string, environment: NodeJS.ProcessEnv) {
  const inFolder = { cwd: folder, env: environment };
  const missing = async (flavour: string) => {
    const server = [`${flavour}-server`, `${flavour}-tools`];
    const simulate = ['install', '--simulate', '--no-install-recommends', ...server];
    const { stdout } = await run('apt-get', [...options, ...simulate], inFolder);
    return new Set([...server, ...[...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => String(name))]);
  };
  const names = await missing('redis').catch(() => missing('valkey'));
  await run('apt-get', [...options, ...quiet, 'download', ...names], inFolder);
}

/** A rename is all or nothing, so nobody ever sees half a server; what is there and runs is kept. */
async function putInPlace(folder: string, cache: string, environment: NodeJS.ProcessEnv) {
  try {
    await rename(folder, cache);
  } catch (error) {
    if (await unpackedServer(cache, environment)) return;
    await rm(cache, { recursive: true, force: true });
    await rename(folder, cache).catch(() => {
      throw error;
    });
  }
}

async function unpackedServer(
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<RedisServer | undefined> {
  const libraries = await libraryFolders(folder);
  const withLibraries = {
    ...environment,
    LD_LIBRARY_PATH: [...libraries, environment.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
  };
  for (const name of programs) {
    const program = join(folder, 'usr', 'bin', name);
    try {
      await run(program, ['--version'], { env: withLibraries });
      return { program, environment: withLibraries, how: `${program}, downloaded for Pilothouse alone` };
    } catch {}
  }
  return undefined;
}

async function libraryFolders(folder: string): Promise<string[]> {
  const found = await Promise.all(
    [join(folder, 'usr', 'lib'), join(folder, 'lib')].map(async (parent) => {
      const entries = await readdir(parent).catch((): string[] => []);
      return entries.filter((entry) => entry.includes('-linux-')).map((entry) => join(parent, entry));
    }),
  );
  return found.flat();
}

async function onPath(name: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    if (!folder) continue;
    const program = join(folder, name);
    try {
      await access(program, constants.X_OK);
      return program;
    } catch {}
  }
  return undefined;
}

function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n').at(-1) ?? text;
}
