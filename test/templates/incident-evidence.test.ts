import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Act, What } from '../../src/records/act.ts';
import { evidencePack } from '../../src/templates/incident/evidence.ts';
import { canonicalJson, chained, verifyEvidence } from '../../src/templates/incident/evidence-chain.ts';
import { incident as hostileIncident } from './incident-hostile.ts';
import { found, incidentSample, incidentStates, line, minute, wants } from './incident-samples.ts';
import { ana, ben, start } from './samples.ts';

const act = (what: What, more: Partial<Act> = {}): Act => ({
  at: start,
  by: ben,
  from: 'button',
  channel: 'C1',
  what,
  ...more,
});
const page = wants('page-0', { kind: 'page', level: 0, why: 'P1' }, { state: 'done', tries: 1 });
const i = incidentSample({
  timeline: [
    line(1, 'declared', 'P1: Checkout is down', { by: ana }),
    line(2, 'note', 'Payments fail', { by: ana, message: 'C1:1.2', state: 'edited' }),
    line(3, 'note', 'hunter2 is the password', { by: ana, message: 'C1:1.3', state: 'removed' }),
  ],
  effects: [page],
  findings: { at: start + minute, services: [found('api-gateway')] },
});
const note = (text: string, message: string) =>
  act({ kind: 'note', text, links: [], message, said: start }, { by: ana, from: 'reaction' });
const acts: Act[] = [
  act({ kind: 'acknowledge', via: 'slack' }),
  note('Payments fial', 'C1:1.2'),
  act({ kind: 'note-edited', message: 'C1:1.2', text: 'Payments fail', links: [] }),
  note('hunter2 is the password', 'C1:1.3'),
  act({ kind: 'note-removed', message: 'C1:1.3' }),
  act({ kind: 'effect-failed', key: 'page-0', why: 'PagerDuty answered 503', retryIn: 2_000 }),
  act({ kind: 'effect-done', key: 'page-0', result: { text: 'Paged on-call' } }, { at: start + 3_000 }),
  act({ kind: 'findings', findings: { at: start + minute, services: [found('api-gateway')] }, effect: 'a' }),
];
const { name, content } = evidencePack(i, acts);
const lines = content.trimEnd().split('\n');
const entries = lines.map((text) => JSON.parse(text).entry);

describe('the pack', () => {
  test('has a name, a header, everything in order, and a seal', () => {
    expect(name).toBe('INC-12-evidence.jsonl');
    expect(entries.map(({ kind }) => kind)).toEqual([
      'header',
      ...acts.map(() => 'act'),
      ...i.timeline.map(() => 'timeline'),
      'effect',
      'findings',
      'record',
      'seal',
    ]);
    expect(entries[0]).toMatchObject({
      format: 'pilothouse-incident-evidence',
      version: 1,
      incident: 'INC-12',
    });
    expect(verifyEvidence(content)).toEqual({
      ok: true,
      count: lines.length - 1,
      final: entries.at(-1).final,
    });
  });

  test('says of an effect what came of it and what went wrong', () => {
    expect(entries.find(({ kind }) => kind === 'effect')).toMatchObject({
      effect: { key: 'page-0', state: 'done' },
      doneAt: start + 3_000,
      result: { text: 'Paged on-call' },
      troubles: [{ at: start, why: 'PagerDuty answered 503', retryIn: 2_000 }],
    });
  });

  test('is the same for the same input, whatever the order of keys', () => {
    const turned = Object.fromEntries(Object.entries(i).reverse());
    expect(canonicalJson(turned)).toBe(canonicalJson(i));
    expect(evidencePack(structuredClone(i), structuredClone(acts))).toEqual({ name, content });
  });

  test('can be checked with nothing but its own rule', () => {
    let previous = '0'.repeat(64);
    for (const text of lines) {
      const json = text.slice(text.indexOf('"entry":') + '"entry":'.length, -1);
      previous = createHash('sha256')
        .update(previous + json)
        .digest('hex');
      expect(JSON.parse(text).hash).toBe(previous);
    }
  });

  test('names the digest of the record', () => {
    const digest = createHash('sha256').update(canonicalJson(i)).digest('hex');
    expect(entries.find(({ kind }) => kind === 'record')).toEqual({
      kind: 'record',
      read: 3,
      sha256: digest,
    });
  });
});

describe('what has no place in it', () => {
  test('is what people took back: neither their act nor the line shows it', () => {
    expect(content).not.toContain('hunter2');
    expect(content).not.toContain('fial');
    expect(content.match(/\[withheld: removed by its author\]/g)).toHaveLength(2);
    expect(content.match(/\[withheld: changed by its author\]/g)).toHaveLength(1);
    expect(content.match(/Payments fail"/g)).toHaveLength(2);
  });

  // Put together here, so that no scanner takes this file for a leak.
  const keys: [string, string, string][] = [
    ['a bot token', `it is ${'xoxb'}-1234567890-abcdefghij`, 'abcdefghij'],
    ["Slack's webhook", `https://hooks.slack.com/${'services'}/T000/B000/zzzzzz`, 'zzzzzz'],
    ["AWS's key", `${'AKIA'}ABCDEFGHIJKLMNOP`, 'ABCDEFGHIJKLMNOP'],
    ["GitHub's token", `${'ghp'}_abcdefghijklmnopqrstuvwxyz0123`, 'uvwxyz'],
    ["Stripe's key", `${'sk'}_live_abcdefghijklmnop`, 'abcdefghijklmnop'],
    ['a JSON Web Token', `eyJ${'hbGciOiJI'}.eyJzdWIiOiIx.abcdefgh`, 'abcdefgh'],
    ['a password in an address', 'postgres://app:s3cr3t@db.internal/app', 's3cr3t'],
    ['a password after its name', 'password=correcthorse', 'correcthorse'],
    ['a header', 'Authorization: Bearer abcdefghijklmnop', 'abcdefghijklmnop'],
    ['a query', 'https://links.example/?token=abcdefgh&b=1', 'abcdefgh'],
    [
      'a private key',
      `-----BEGIN RSA ${'PRIVATE'} KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----`,
      'MIIabc',
    ],
  ];
  test.each(keys)('is %s', (_, text, secret) => {
    const told = incidentSample({
      timeline: [line(1, 'note', `before ${text} after`, { links: [text] })],
      effects: [wants('x', page.what, { trouble: text })],
    });
    const pack = evidencePack(told, [act({ kind: 'link', title: text, link: text }), note(text, 'C1:9.9')]);
    expect(pack.content).not.toContain(secret);
    expect(pack.content).toContain('before ');
    expect(verifyEvidence(pack.content).ok).toBe(true);
  });
});

describe('whatever is changed is found, at the first line that is not as it was:', () => {
  const put = (list: readonly string[]) => `${list.join('\n')}\n`;
  const changes: [string, (n: number) => string, (n: number) => number][] = [
    ['a changed character', (n) => put(lines.with(n, flipped(lines[n] ?? ''))), (n) => n],
    [
      'a changed line with a hash that fits it',
      (n) => put(lines.with(n, forged(lines[n] ?? ''))),
      (n) => n + 1,
    ],
    ['a removed line', (n) => put(lines.toSpliced(n, 1)), (n) => n],
    ['a line that stands twice', (n) => put(lines.toSpliced(n, 0, lines[n] ?? '')), (n) => n + 1],
    ['a line that moved to the end', (n) => put([...lines.toSpliced(n, 1), lines[n] ?? '']), (n) => n],
    ['white space', (n) => put(lines.with(n, `${lines[n]} `)), (n) => n],
    ['another line end', (n) => put(lines.with(n, `${lines[n]}\r`)), (n) => n],
    ['an empty line', (n) => put(lines.toSpliced(n, 0, '')), (n) => n],
  ];
  const all = lines.map((_, n) => n);
  describe.each(changes)('%s', (what, change, where) => {
    // The last line moved to the end is where it was.
    const moved = what.includes('moved') ? all.slice(0, -1) : all;
    test.each(moved)('line %i', (n) => {
      const verdict = verifyEvidence(change(n));
      expect(verdict).toMatchObject({ ok: false, line: where(n) + 1 });
    });
  });

  test.each(all.slice(0, -1))('neighbours that changed places, line %i', (n) => {
    const [a = '', b = ''] = [lines[n], lines[n + 1]];
    expect(verifyEvidence(put(lines.with(n, b).with(n + 1, a)))).toMatchObject({ ok: false, line: n + 1 });
  });

  const wholes: [string, string, RegExp][] = [
    ['nothing', '', /seal is missing/],
    ['no seal', put(lines.slice(0, -1)), /seal is missing/],
    ['cut off in the middle of a line', content.slice(0, -20), /does not end|seal/],
    ['no line end at the end', content.trimEnd(), /does not end/],
    ['something after the seal', `${content}more\n`, /after the seal/],
    ['two packs in one file', content + content, /after the seal/],
    ['no JSON', 'hello\n', /no line of evidence/],
    ['JSON of another kind', '{"a":1}\n[]\n', /no line of evidence/],
    ['members more', put(lines.with(0, `${lines[0]?.slice(0, -1)},"more":1}`)), /no line of evidence/],
    ['a member twice', put(lines.with(0, `${lines[0]?.slice(0, -1)},"seq":0}`)), /in another way/],
    ['a seal that counts wrongly', chained([{ kind: 'seal', count: 5, final: '0' }]), /for other lines/],
    [
      'lists in lists',
      `{"seq":0,"previous":"","hash":"","entry":${'['.repeat(9_000)}${']'.repeat(9_000)}}\n`,
      /./,
    ],
  ];
  test.each(wholes)('%s', (_, text, why) => {
    const verdict = verifyEvidence(text);
    expect(verdict.ok ? 'ok' : verdict.why).toMatch(why);
    expect(verdict.ok).toBe(false);
  });
});

test('what people and clouds write breaks no chain', () => {
  fc.assert(
    fc.property(hostileIncident, (record) => {
      const pack = evidencePack(record, acts);
      expect(pack.name).toMatch(/^[\w-]{1,40}-evidence\.jsonl$/);
      expect(verifyEvidence(pack.content)).toMatchObject({ ok: true });
    }),
    { numRuns: 15 },
  );
  for (const record of Object.values(incidentStates)) {
    expect(verifyEvidence(evidencePack(record, acts).content).ok).toBe(true);
  }
});

describe('npm run verify-evidence', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'evidence-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function run(files: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    try {
      const script = ['--import', 'tsx', 'scripts/verify-evidence.ts', ...files];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, script);
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout, stderr } = Object(error);
      return { code, out: String(stdout), err: String(stderr) };
    }
  }
  const file = async (named: string, text: string): Promise<string> => {
    await writeFile(join(folder, named), text);
    return join(folder, named);
  };

  test('says that a file is as it was written, and names the final hash', async () => {
    const { code, out } = await run([await file('fine.jsonl', content)]);
    expect(code).toBe(0);
    expect(out).toContain(`${lines.length - 1} entries, final hash ${entries.at(-1).final}`);
  });

  test('says where one was changed', async () => {
    const changed = await file('changed.jsonl', content.replace('Paged on-call', 'Paged nobody'));
    const { code, err } = await run([changed]);
    expect(code).toBe(1);
    expect(err).toMatch(/CHANGED: line \d+: its hash is not that of its content/);
  });

  test('says what it cannot read, and what it wants', async () => {
    expect(await run([join(folder, 'none.jsonl')])).toMatchObject({ code: 2 });
    expect((await run([])).err).toContain('Say which file');
  });
});

/** Another character in the entry. */
const flipped = (text: string): string => text.replace('"kind":"', '"kind":"x');

/** Changed by somebody who knows how hashes are made, but leaves what follows as it is. */
function forged(text: string): string {
  const { seq, previous, entry } = JSON.parse(text);
  const json = canonicalJson({ ...entry, kind: `${entry.kind}!` });
  const hash = createHash('sha256')
    .update(previous + json)
    .digest('hex');
  return `{"seq":${seq},"previous":"${previous}","hash":"${hash}","entry":${json}}`;
}
