import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { playScenario } from '../../playground/scenarios/index.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pilothouse-demo-test-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the command', () => {
  test('names the scenarios with a sentence each', async () => {
    const { code, lines } = await demo('--list').ended;
    expect(code).toBe(0);
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'deploy',
      'rollback',
      'bad-release',
      'rejected',
      'crash',
      'p1',
      'failed-deploy',
      'drill',
    ]);
    for (const line of lines) expect(line).toMatch(/^\S+ +[A-Z].*\.$/);
  });

  test('knows what was meant by a mistyped name, and what an option may be', async () => {
    const [name, scale, option] = await Promise.all(
      [
        ['--script', 'bad-relase'],
        ['--scale', 'fast'],
        ['--scirpt', 'deploy'],
      ].map((words) => demo(...words).ended),
    );
    expect(name).toMatchObject({ code: 2, lines: [expect.stringContaining('Did you mean bad-release?')] });
    expect(scale).toMatchObject({ code: 2, lines: [expect.stringContaining('--scale is "fast"')] });
    expect(option).toMatchObject({
      code: 2,
      lines: expect.arrayContaining([expect.stringContaining("'--scirpt'")]),
    });
  });

  test.each(['drill', 'failed-deploy'])(
    'plays the incident of %s to its end',
    async (name) => {
      const { code, lines } = await demo('--script', name).ended;
      expect(lines.join('\n')).toContain('Everything expected happened');
      expect(code).toBe(0);
    },
    120_000,
  );

  test('plays a scenario to its end, and prints what everybody sees', async () => {
    const { code, lines } = await demo('--script', 'rejected', '--scale', '40').ended;
    const text = lines.join('\n');
    expect(text).toContain('Everything expected happened');
    expect(code).toBe(0);
    expect(text).toMatch(/\d\d:\d\d:\d\d {2}ana {2}types in #deployments: \/deploy staging web v1\.5\.0/);
    expect(text).toMatch(/only dave sees {2}⛔ You may not do that/);
    expect(text).toMatch(/#deployments {2}edited: 🚫 Rejected by @ben/);
    expect(await leftBehind()).toEqual([]);
  }, 60_000);

  test('serves the page until Ctrl-C, and leaves nothing behind', async () => {
    const running = demo('--port', '0');
    const ready = await running.line(/^Pilothouse playground: (http:\S+) {2}\(Ctrl-C ends it\)$/);
    expect((await fetch(String(ready[1]))).status).toBe(200);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
    await expect(fetch(String(ready[1]))).rejects.toThrow();
    expect(await leftBehind()).toEqual([]);
  }, 60_000);
});

test('a scenario in which something is missing says what, and what was there instead', async () => {
  const missing = await playScenario(
    {
      name: 'wishful',
      sentence: 'Somebody hopes for too much.',
      play: async ({ dave }) => {
        await dave.types('/deploy help');
        await dave.sees('fireworks');
      },
    },
    { scale: 40, print: () => {} },
  );
  expect(missing.join('\n')).toMatch(/fireworks, for dave alone, was not seen[\s\S]*dave saw: \/deploy/);
}, 60_000);

/** The cache of the TypeScript loader is meant to stay. */
const leftBehind = async () => (await readdir(folder)).filter((name) => !name.startsWith('tsx-'));

function demo(...words: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'playground/demo.ts', ...words], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const watcher of watchers) watcher();
    });
  const closed = once(child, 'close');
  return {
    child,
    ended: closed.then(() => ({ code: child.exitCode, lines: lines.filter(Boolean) })),
    line: (wanted: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        const look = () => {
          const found = lines.map((line) => wanted.exec(line)).find((match) => match !== null);
          if (found) resolve(found);
        };
        watchers.add(look);
        look();
        closed.then(() => reject(new Error(`it ended first: ${lines.join('\n')}`)), reject);
      }),
  };
}
