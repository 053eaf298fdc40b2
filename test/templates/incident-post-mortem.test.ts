import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Act, What } from '../../src/records/act.ts';
import type { Incident, Update } from '../../src/records/incident.ts';
import { codeSpan, inline, link } from '../../src/templates/incident/post-mortem/markdown.ts';
import { longestPostMortem, postMortem } from '../../src/templates/incident/post-mortem.ts';
import * as hostile from './incident-hostile.ts';
import { found, incidentSample, incidentStates, line, minute, viewOf, wants } from './incident-samples.ts';
import { ana, ben, start } from './samples.ts';

const act = (what: What, more: Partial<Act> = {}): Act => ({
  at: start,
  by: null,
  from: 'worker',
  channel: null,
  what,
  ...more,
});
const look = (at: number, ...services: ReturnType<typeof found>[]): Act =>
  act({ kind: 'findings', findings: { at, services }, effect: 'assess-1' });
const update = (n: number, more: Partial<Update> = {}): Update => ({
  n,
  dueAt: start + n * 15 * minute,
  at: start + n * 15 * minute,
  by: null,
  state: 'sent',
  status: 'mitigating',
  action: 'Rolling back.',
  eta: 'Unknown',
  missed: 0,
  ...more,
});
const write = (
  changes: Partial<Incident> = {},
  acts: readonly Act[] = [],
  more: Parameters<typeof viewOf>[1] = {},
) => {
  const i = incidentSample(changes);
  return postMortem(i, viewOf(i, more), acts).markdown;
};
/** What stands under a heading, up to the next one of its rank. */
const under = (heading: string, markdown: string): string =>
  markdown.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0]?.trim() ?? '';

const headings = [
  ...['Summary', 'Impact', 'Phases', '# Health as it was found', 'Timeline', 'Decisions', 'Evidence'],
  ...['# Incident logging checklist', '# Recent deployments', '# Links', 'Communication', 'What went well'],
  ...['What did not go well', 'Where we were lucky', 'Action items', 'Contacts'],
].map((heading) => (heading.startsWith('# ') ? `##${heading}` : `## ${heading}`));

/** What is wrong with the document as such, whatever stands in it. */
function broken(markdown: string): string[] {
  const wrong: string[] = [];
  const [before = '', chart = '', after = '', ...more] = markdown.split('\n```\n');
  if (more.length > 0 || chart === '') wrong.push('code blocks are opened or closed');
  const lines = [...before.split('\n'), ...after.split('\n')];
  const text = lines.join('\n');
  if (markdown.length > longestPostMortem) wrong.push(`${markdown.length} characters`);
  if (/\p{Cs}/u.test(markdown)) wrong.push('half of a character');
  if (/[^\n\P{Cc}]|[\u202a-\u202e\u2066-\u2069\u2028]/u.test(markdown)) wrong.push('control characters');
  if (/[<>]/.test(text.replaceAll(/^> /gm, ''))) wrong.push('angle brackets');
  if (/@(channel|here|everyone|group)/i.test(markdown)) wrong.push('everybody is rung');
  if (/!\[|\]\([^h]|[@#][UWSCG][A-Z0-9]{5}/.test(markdown)) wrong.push('a mention, or a link elsewhere');
  const found = lines.filter((l) => l.startsWith('#')).slice(1);
  if (found.join() !== headings.join()) wrong.push(`headings: ${found}`);
  for (const l of lines) {
    if ((l.match(/`/g)?.length ?? 0) % 2 !== 0) wrong.push(`code is not closed: ${l}`);
    if (/^([-+*=_~]{2,}|\s|[+*~]|\d+[.)])/.test(l)) wrong.push(`begins like something else: ${l}`);
  }
  for (const table of text.match(/(^\|.*\n?)+/gm) ?? []) {
    const widths = table
      .trim()
      .split('\n')
      .map((row) => row.split('|').length - 2);
    if (new Set(widths).size !== 1) wrong.push(`rows of ${widths} cells`);
    if (widths.reduce((sum, n) => sum + n, 0) > 300) wrong.push('more cells than a canvas takes');
  }
  return wrong;
}

describe('the document', () => {
  test.each(Object.entries(incidentStates))('holds together: %s', (_, i) => {
    const { title, markdown } = postMortem(i, viewOf(i), []);
    expect(broken(markdown)).toEqual([]);
    expect(title).toContain(`Post-mortem of ${i.id}`);
  });

  test('says of a drill and of a private incident that it is one, before anything else', () => {
    const drill = write({ drill: 'bad-release' });
    expect(drill).toMatch(
      /^# Drill: Post-mortem of INC-12: Checkout is down\n\n> 🧪 \*\*This was a drill\*\*/,
    );
    expect(write({ isPrivate: true })).toContain('> 🔒 **This incident is private.**');
    expect(write()).not.toMatch(/drill|private/i);
  });

  test('sums up who did what', () => {
    const markdown = write({
      roles: { commander: ben, communications: null, scribe: null },
      acknowledged: { at: start + minute, by: ben, via: 'pagerduty' },
    });
    const summary = under('Summary', markdown);
    expect(summary).toContain('- **Severity:** 🔴 P1 (Service down, all users affected)');
    expect(summary).toContain('- **Declared by:** @ana');
    expect(summary).toContain('- **Acknowledged by:** @ben in PagerDuty');
    expect(summary).toContain('- **Commander:** @ben');
    expect(summary).toContain('- **Scribe:** nobody');
    expect(under('Impact', markdown)).toBe('Customers cannot pay');
    expect(under('Impact', write({ impact: null }))).toBe('_to be filled in_');
    expect(under('Contacts', markdown)).toContain('- **AWS Support:** Case via Console');
  });

  const sources: [Incident['source'], string][] = [
    [{ kind: 'deployment', id: 'D-9' }, 'the failure of deployment D-9'],
    [{ kind: 'rollback', id: 'D-9' }, 'rollback D-9'],
    [{ kind: 'alert', id: null }, 'an alert: 5xx above 1%'],
  ];
  test.each(sources)('says what opened it: %j', (source, expected) => {
    const alerts = [{ ...(incidentStates.working?.alerts[0] ?? fail()), title: '5xx above 1%' }];
    expect(write({ source, declaredBy: null, alerts })).toContain(`- **Declared by:** ${expected}`);
  });
});

describe('phases', () => {
  const resolved: Partial<Incident> = {
    status: 'resolved',
    acknowledged: { at: start + 2 * minute, by: ben, via: 'slack' },
    mitigatedAt: start + 27 * minute,
    resolvedAt: start + 57 * minute,
    resolvedBy: ben,
  };
  const looks = [
    look(
      start + 7 * minute,
      found('api-gateway', { verdict: 'unhealthy', problems: ['ready: 503'] }),
      found('web'),
    ),
    look(start + 17 * minute, found('api-gateway', { verdict: 'unknown' })),
    look(start + 27 * minute, found('api-gateway'), found('web')),
  ];
  const phases = under(
    'Phases',
    write(
      {
        ...resolved,
        updates: [update(1), update(2, { at: start + 32 * minute }), update(3, { state: 'skipped' })],
      },
      looks,
    ),
  );

  test('are told with the time between them', () => {
    expect(phases).toContain('| Detected | 2026-03-03T13:32:00Z | – | – |');
    expect(phases).toContain('| Mitigated | 2026-03-03T14:02:00Z | 30 min | 25 min |');
    expect(phases).toContain('| Resolved | 2026-03-03T14:32:00Z | 1 h | 30 min |');
    expect(phases).toContain('**Time to acknowledge**, from the declaration: 2 min');
    expect(phases).toContain('**Time to resolve**, from the first sign: 1 h');
    expect(phases).toContain('**Reopened:** never');
  });

  test('are drawn to scale: an hour on 60 columns is a column a minute', () => {
    expect(phases).toContain('one column is 1 min');
    const row = (name: string) =>
      phases
        .split('\n')
        .find((l) => l.startsWith(name))
        ?.slice(18) ?? '';
    expect(row('to declared')).toBe('███ 3 min');
    expect(row('to mitigated')).toBe(`${' '.repeat(5)}${'█'.repeat(25)} 25 min`);
    expect(row('to resolved')).toBe(`${' '.repeat(30)}${'█'.repeat(30)} 30 min`);
    expect([...row('health')].flatMap((sign, at) => (sign === '·' ? [] : [[at, sign]]))).toEqual([
      [10, 'X'],
      [20, '?'],
      [30, 'o'],
    ]);
    expect([...row('updates')].flatMap((sign, at) => (sign === '·' ? [] : [[at, sign]]))).toEqual([
      [18, 'u'],
      [35, 'L'],
      [48, 's'],
    ]);
  });

  test('each look is told in words', () => {
    expect(phases).toContain('13:42:00Z: 1 healthy, 1 unhealthy, 0 unknown: api-gateway (ready: 503)');
  });

  test('that were not reached, and reopenings, are told as well', () => {
    const open = under(
      'Phases',
      write(
        { timeline: [line(0, 'resolved', 'Resolved'), line(1, 'reopened', 'Reopened by @ana: it is back')] },
        [],
        { now: start + 57 * minute },
      ),
    );
    expect(open).toContain(`ends${' '.repeat(14)}···RB${'·'.repeat(55)}`);
    expect(open).toContain('| Resolved | not yet | – | – |');
    expect(open).toContain('**Time to mitigate**, from the first sign: not yet');
    expect(open).toContain('**Reopened:** 1 time: 2026-03-03T13:36:00Z (Reopened by @ana: it is back)');
    expect(write({ status: 'merged', mergedInto: 'INC-3', resolvedAt: start })).toContain('| Merged | 2026');
  });
});

describe('the timeline', () => {
  const markdown = write({
    timeline: [
      line(3, 'note', 'third', { at: start + 3 * minute }),
      line(1, 'note', 'second, as written now', { by: ana, state: 'edited', at: start + 2 * minute }),
      line(2, 'note', 'never show this', { by: ana, state: 'removed', at: start + 2 * minute }),
      line(4, 'declared', 'first, by @ana', {
        at: start,
        by: ana,
        links: ['https://links.example/a', 'javascript:alert(1)', 'https://links.example/b_(c)'],
      }),
      line(5, 'severity', 'P1 became P2: fewer are hurt', { at: start + 5 * minute, by: ben }),
    ],
  });

  test('is in the order of time, with who, links, and what became of lines', () => {
    expect(under('Timeline', markdown).split('\n')).toEqual([
      '- 2026-03-03T13:35:00Z: first, by @ana [open](https://links.example/a) [open 3](https://links.example/b_%28c%29)',
      '- 2026-03-03T13:37:00Z: second, as written now _(edited)_ (@ana)',
      '- 2026-03-03T13:37:00Z: _removed by its author_',
      '- 2026-03-03T13:38:00Z: third',
      '- 2026-03-03T13:40:00Z: P1 became P2: fewer are hurt (@ben)',
    ]);
    expect(markdown).not.toContain('never show this');
  });

  test('gives decisions once more', () => {
    expect(under('Decisions', markdown)).toBe('- 2026-03-03T13:40:00Z: P1 became P2: fewer are hurt (@ben)');
    expect(under('Decisions', write())).toBe('None was recorded.');
  });

  test('is cut in the middle when it is long, and says so', () => {
    const timeline = Array.from({ length: 2_000 }, (_, n) =>
      line(n + 1, 'note', `line ${n + 1} ${'x'.repeat(400)}`),
    );
    const long = write({ timeline });
    expect(broken(long)).toEqual([]);
    expect(long.length).toBeGreaterThan(longestPostMortem - 1_000);
    const lines = under('Timeline', long).split('\n');
    expect(lines.at(0)).toContain(': line 1 x');
    expect(lines.at(-1)).toContain(': line 2000 x');
    const [gap, ...none] = lines.filter((l) => l.includes('left out'));
    expect(none).toEqual([]);
    expect(gap).toContain(`_${2_000 - (lines.length - 1)} lines are left out here`);
    expect(lines.indexOf(gap ?? '')).toBeCloseTo(lines.length / 2, -1);
  });
});

describe("runbook 000's incident logging checklist", () => {
  const checklist = (...args: Parameters<typeof write>) => under('Evidence', write(...args));

  test('claims nothing where nothing is known', () => {
    const text = checklist({ services: [] });
    expect(text).toContain('- [ ] **Release tags:** _to be filled in_');
    expect(text).toContain('- [ ] **Workflow run ids:** none known;');
    expect(text).toContain('- [ ] **Rollback revision:** no rollback was recorded;');
    expect(text).toContain('- [x] **First failure timestamp:** 2026-03-03T13:32:00Z\n');
    expect(text).toContain('- [ ] **Impacted services:** _to be filled in_');
    expect(text).toContain('- [ ] **Root cause:** _to be filled in_');
    expect(text).toContain('- [ ] **Permanent fix PR:** _to be filled in_');
  });

  test('gives what is known', () => {
    const run = 'https://github.com/acme/shop/actions/runs/4711/job/1';
    const text = checklist(
      {
        deployments: ['D-128'],
        rootCause: 'Too many connections',
        fix: 'https://github.com/acme/shop/pull/7',
        timeline: [line(1, 'note', 'the run', { links: [run, 'https://github.com/acme/shop/actions'] })],
      },
      [
        act({
          kind: 'deployment',
          id: 'D-128',
          event: 'rolled-back',
          text: 'api-gateway runs arn:aws:ecs:eu-west-1:123456789012:task-definition/api-gateway:41 again',
          link: null,
        }),
        look(start + minute, found('auth', { verdict: 'unhealthy' })),
      ],
    );
    expect(text).toContain('- [x] **Release tags:** api-gateway `v1.2.3` (D-128)');
    expect(text).toContain(
      '- [x] **Workflow run ids:** [4711](https://github.com/acme/shop/actions/runs/4711)',
    );
    expect(text).toContain('- [x] **Rollback revision:** `api-gateway:41`');
    expect(text).toContain('first seen unhealthy at 2026-03-03T13:36:00Z');
    expect(text).toContain('- [x] **Impacted services:** api-gateway, auth');
    expect(text).toContain('- [x] **Root cause:** Too many connections');
    expect(text).toContain('](https://github.com/acme/shop/pull/7)');
  });

  test('takes no workflow run from a line that was removed', () => {
    const links = ['https://github.com/acme/shop/actions/runs/4711'];
    expect(checklist({ timeline: [line(1, 'note', 'x', { links, state: 'removed' })] })).toContain(
      'none known',
    );
  });

  test('knows what a rollback that opened it went back to', () => {
    const rollback = checklist({ deployments: ['D-128'], source: { kind: 'rollback', id: 'D-128' } });
    expect(rollback).toContain('- [x] **Rollback revision:** api-gateway back to `v1.2.3` (D-128)');
    const asked = checklist({ mitigations: incidentStates.working?.mitigations ?? [] });
    expect(asked).toContain('- [ ] **Rollback revision:** _to be filled in_');
  });

  test('gives versions that were seen where no deployment is known', () => {
    const findings = {
      at: start,
      services: [found('auth'), found('web', { verdict: 'unhealthy', version: 'v9' })],
    };
    expect(checklist({ findings })).toContain(
      '**Release tags:** web `v9` (seen running at 2026-03-03T13:35:00Z)',
    );
  });
});

describe('communication and what follows', () => {
  test('tells every update and what became of it', () => {
    const text = under(
      'Communication',
      write({
        updates: [
          update(1, { by: ana }),
          update(2, { at: start + 32 * minute, missed: 2 }),
          update(3, { state: 'skipped', by: ben }),
        ],
      }),
    );
    expect(text).toMatch(
      /^2 updates sent \(1 on time, 1 late; 1 of them automatic\), 1 skipped, 2 missed\.\n\n/,
    );
    expect(text).toContain(
      '| 1 | 2026-03-03T13:50:00Z | 2026-03-03T13:50:00Z | @ana | on time | Mitigating. Rolling back. |',
    );
    expect(text).toContain('| automatic | late by 2 min (after 2 missed ones) |');
    expect(text).toContain('| 3 | 2026-03-03T14:20:00Z | – | @ben | skipped | – |');
  });

  test('a table stays one that a canvas takes', () => {
    const updates = Array.from({ length: 120 }, (_, n) => update(n + 1));
    const markdown = write({ updates });
    expect(broken(markdown)).toEqual([]);
    expect(under('Communication', markdown)).toContain('74 updates are left out here');
  });

  test('facts stand under the headings that people fill in', () => {
    const fast = { at: start + 2 * minute, by: ben, via: 'slack' } as const;
    const good = write({ acknowledged: fast, updates: [update(1)] });
    expect(under('What went well', good)).toContain(
      'acknowledged 2 min after its declaration; P1 asks for 5 min',
    );
    expect(under('What went well', good)).toContain('Every update was on time.');
    expect(under('What did not go well', good)).toBe('- _to be filled in_');
    const bad = write({
      acknowledged: { ...fast, at: start + 9 * minute },
      updates: [update(1, { at: start + 20 * minute })],
      effects: [wants('page-0', { kind: 'page', level: 0, why: 'x' }, { state: 'failed' })],
    });
    expect(under('What went well', bad)).toBe('- _to be filled in_');
    expect(under('What did not go well', bad)).toMatch(
      /acknowledged 9 min.*\n- Updates: 1 late.*\n- 1 message or call/,
    );
  });

  test('a response time is not judged where the severity changed', () => {
    const acknowledged = { at: start + 9 * minute, by: ben, via: 'slack' } as const;
    const changed = write({ acknowledged, timeline: [line(1, 'severity', 'P2 became P1')] });
    expect(changed).not.toContain('asks for');
  });

  test('action items are a checklist with owner, due date, issue and what is done', () => {
    const { followUps = [] } = incidentStates.resolved ?? {};
    expect(under('Action items', write({ followUps })).split('\n')).toEqual([
      '- [ ] Limit the connection pool (owner @ben, due 2026-03-17, [issue](https://links.example/issues/7))',
      '- [x] Alert on connections (nobody owns it yet, due 2026-03-17, done 2026-03-03T13:35:00Z by @ana)',
    ]);
    expect(under('Action items', write())).toBe('- [ ] _to be filled in_');
  });
});

describe('foreign text', () => {
  const cases: [string, string][] = [
    ['<!channel> & <@U0000EVIL>', '‹!channel› & ‹@\u2060U0000EVIL›'],
    ['![](@U0000EVIL)', '!\\[\\](@\u2060U0000EVIL)'],
    ['![](#C0000EVIL)', '!\\[\\](#\u2060C0000EVIL)'],
    ['[here](https://evil.example)', '\\[here\\](https://evil.example)'],
    ['a | b\n| --- |', 'a ¦ b ¦ --- ¦'],
    ['```\ncode', 'ˋˋˋ code'],
    ['# heading', '\\# heading'],
    ['1. first', '1\\. first'],
    ['- [ ] done?', '\\- \\[ \\] done?'],
    ['===', '\\==='],
    ['&lt;!channel&gt; & co', '\\&lt;!channel\\&gt; & co'],
    ['snake_case **bold** ~~gone~~', 'snake\\_case \\*\\*bold\\*\\* \\~\\~gone\\~\\~'],
    ['back\\slash', 'back\\\\slash'],
    ['\u0000a\u202eb\u001b[31m', 'ab\\[31m'],
    ['', ''],
  ];
  test.each(cases)('%j', (text, expected) => expect(inline(text)).toBe(expected));

  test('is cut without leaving half of an escape, and never longer than asked', () => {
    for (let max = 1; max < 12; max++) {
      const text = inline('****_____', max);
      expect(text.length).toBeLessThanOrEqual(max);
      expect(text).toMatch(/^(\\[*_])*…?$/);
    }
  });

  test('is code only where it is shown as code', () => {
    expect(codeSpan('v1`; `<!here>|x\\')).toBe('`v1ˋ; ˋ‹!here›¦x∖`');
    expect(codeSpan('')).toBe('`–`');
  });

  const addresses: [string | null, string][] = [
    ['https://links.example/a?b=1&c=(2)', '[x](https://links.example/a?b=1&c=%282%29)'],
    [null, 'x'],
    ['javascript:alert(1)', 'x'],
    ['https://links.example/a b', 'x'],
    ['https://links.example/<b>', 'x'],
    ['https://links.example/?token=abcdefgh', 'x'],
    [`https://links.example/${'a'.repeat(1000)}`, 'x'],
  ];
  test.each(addresses)('the address %s', (address, expected) => expect(link(address, 'x')).toBe(expected));

  test('breaks no document and rings nobody', () => {
    fc.assert(
      fc.property(hostile.shown, ({ i, view }) => {
        const { title, markdown } = postMortem(i, view, []);
        expect(broken(markdown)).toEqual([]);
        expect(title.length).toBeLessThanOrEqual(150);
        expect(title).not.toMatch(/[<>]/);
      }),
      { numRuns: 40 },
    );
  });

  test('of which there is far too much leaves a document of the size that was promised, with its timeline', () => {
    for (const text of ['*'.repeat(40_000), `@U0000EVIL ${'|'.repeat(40_000)}`, 'x'.repeat(40_000)]) {
      const person = { id: 'U1', name: text };
      const address = `https://links.example/${'('.repeat(900)}`;
      const of = <T>(n: number, one: (n: number) => T): T[] =>
        Array.from({ length: n }, (_, index) => one(index));
      const i = incidentSample({
        title: text,
        environment: text,
        services: of(300, () => text),
        responders: of(300, () => person),
        roles: { commander: person, communications: person, scribe: person },
        acknowledged: { at: start, by: person, via: 'pagerduty' },
        declaredBy: person,
        impact: text,
        resolution: text,
        rootCause: text,
        fix: address,
        deployments: of(40, (n) => `D-${n}`),
        alerts: of(50, (n) => ({
          source: 'generic',
          key: `${n}`,
          title: text,
          topic: 'other',
          link: address,
          firing: true,
          since: start,
          count: 1,
        })),
        links: of(50, () => ({ title: text, link: address })),
        updates: of(120, (n) => update(n + 1, { by: person, action: text })),
        followUps: of(50, (n) => ({
          n,
          text,
          owner: person,
          due: start,
          done: { at: start, by: person },
          link: address,
          chasedAt: null,
        })),
        timeline: of(300, (n) =>
          line(n, n % 2 ? 'reopened' : 'mitigation', text, { by: person, links: of(9, () => address) }),
        ),
        findings: {
          at: start,
          services: of(300, () => found(text, { verdict: 'unhealthy', problems: [text], version: text })),
        },
      });
      const recent = of(40, (n) => ({
        id: `D-${n}`,
        service: text,
        version: text,
        from: text,
        at: start,
        ending: 'rolled-back',
        by: text,
        link: address,
      }));
      const view = viewOf(i, { recent });
      const contacts = of(20, () => ({ role: text, contact: text }));
      const { markdown } = postMortem(i, { ...view, rules: { ...view.rules, contacts } }, []);
      expect(broken(markdown)).toEqual([]);
      expect(under('Timeline', markdown).length).toBeGreaterThan(20_000);
    }
  });
});

function fail(): never {
  throw new Error('The sample has no alert.');
}
