/** `npm run check-catalog` as the users' CI runs it. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const project = path.resolve(import.meta.dirname, '../..');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'check-catalog-'));
  await writeFile(path.join(folder, 'bad.yml'), 'organization: X\npeople: { deployers: [], aprovers: [] }\n');
});
afterAll(() => rm(folder, { recursive: true }));

async function check(...files: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const program = path.join(project, 'src/config/check-catalog.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...files], {
    cwd: project,
    env: { ...process.env, PILOTHOUSE_CATALOG: '' },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err };
}

test('counts what is in a fine catalog', async () => {
  const { code, out, err } = await check('examples/skillancer.yml', 'examples/minimal.yml');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toBe(
    'examples/skillancer.yml: fine: 2 environments, 7 services\nexamples/minimal.yml: fine: 1 environment, 1 service\n',
  );
});

test('names every problem with file and line, checks the other files all the same, and fails', async () => {
  const bad = path.join(folder, 'bad.yml');
  const { code, out, err } = await check(bad, path.join(folder, 'none.yml'), 'examples/minimal.yml');
  expect(code).toBe(1);
  expect(out).toBe('examples/minimal.yml: fine: 1 environment, 1 service\n');
  expect(err).toContain(`${bad}:2 people.deployers: expected at least 1 entry\n`);
  expect(err).toContain(`${bad}:2 people.aprovers: is not a setting; did you mean approvers?\n`);
  expect(err).toContain(`${path.join(folder, 'none.yml')}: there is no such file\n`);
});

test('looks for ./pilothouse.yml when no file is named', async () => {
  const { code, err } = await check();
  expect({ code, err }).toEqual({ code: 1, err: './pilothouse.yml: there is no such file\n' });
});
