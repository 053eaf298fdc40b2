import { describe, expect, test } from '@jest/globals';
import type { Post } from '../../src/records/effect.ts';
import type { Incident } from '../../src/records/incident.ts';
import { alertAnswered, alertQuestion } from '../../src/templates/incident/alert-question.ts';
import { incidentList, timelineMessage } from '../../src/templates/incident/list.ts';
import { pageMessage, pageSummary } from '../../src/templates/incident/paging.ts';
import { incidentPost } from '../../src/templates/incident/posts.ts';
import type { IncidentView } from '../../src/templates/incident/view.ts';
import { readIncidentValue } from '../../src/templates/incident-actions.ts';
import { question } from './incident-pages.ts';
import { incidentSample, incidentStates, line, minute, rules, viewOf } from './incident-samples.ts';
import { ana, ben, start } from './samples.ts';
import { buttons, elements, shown } from './shown.ts';

const state = (name: string) => incidentStates[name] ?? incidentSample();
const post = (i: Incident, what: Post, view: Partial<IncidentView> = {}) => {
  const message = incidentPost(i, what, viewOf(i, view));
  return { ...message, words: shown(message.blocks), labels: buttons(message.blocks) };
};
const draft = { kind: 'draft', n: 2, dueAt: start + 30 * minute } as const;
const dueAt = `<!date^${(start + 30 * minute) / 1000}^`;

describe('updates', () => {
  test('as runbook 001 words them, marked where nobody wrote them', () => {
    const { words, text } = post(state('working'), { kind: 'update', n: 1 });
    expect(text).toBe(
      '📍 UPDATE: api-gateway incident\n- Status: Mitigating\n- Action: Rolling back api-gateway.\n- ETA: Unknown',
    );
    expect(words).toMatch(/Posted automatically from live facts · next by/);
  });

  test('say who posted them and how many were missed', () => {
    const updates = state('working').updates.map((u) => ({ ...u, by: ana, missed: 2 }));
    expect(post(incidentSample({ updates }), { kind: 'update', n: 1 }).words).toContain(
      'Posted by @ana (2 missed)',
    );
  });

  test('the draft is offered to the communications lead', () => {
    const { words, labels, blocks } = post(state('working'), draft);
    expect(words).toContain(`<@U0000ANA1>, please look at *update 2*: it is posted by itself at ${dueAt}`);
    expect(words).toContain('>- Action: Rate limiting is on. Rolling back api-gateway.');
    expect(labels).toEqual(['Post', 'Edit', 'Skip']);
    const values = elements(blocks).map((e) =>
      e.type === 'button' ? readIncidentValue(e.value)?.arg : null,
    );
    expect(values).toEqual(['2', '2', '2']);
  });

  test.each([
    [{ commander: ben, communications: null, scribe: null }, '<@U0000BEN1>, please'],
    [{ commander: null, communications: null, scribe: ana }, 'Anybody, please'],
  ])('or to the commander, or to anybody', (roles, words) => {
    expect(post(incidentSample({ roles }), draft).words).toContain(words);
  });

  test('a draft that waits for people is due', () => {
    const own = { ...rules, updates: { ...rules.updates, automatic: false } };
    expect(post(state('working'), draft, { rules: own }).words).toContain(`it is due at ${dueAt}`);
  });

  test('a draft that was answered asks nothing more', () => {
    const { words, labels } = post(state('working'), { ...draft, n: 1 });
    expect([words, labels]).toEqual(['*Update 1 was posted*', []]);
  });

  test('an overdue one asks for it', () => {
    const { words, labels } = post(
      state('working'),
      { kind: 'overdue-update', n: 2 },
      { now: start + 21 * minute },
    );
    expect(words).toMatch(
      /Update 2 is overdue\*: it was due at .*, 6 min ago. <@U0000ANA1>, please post one/,
    );
    expect(labels).toEqual(['Write the update', 'Skip']);
  });
});

describe('the war room is told', () => {
  test.each<[string, Post, string | RegExp, string[]]>([
    ['working', { kind: 'timeline', entry: 2 }, 'Acknowledged by @ben', []],
    [
      'working',
      { kind: 'timeline', entry: 3 },
      /since the last release _\(edited\)_ · @ana · <https:.*\|open>/,
      [],
    ],
    ['working', { kind: 'timeline', entry: 4 }, '_removed by its author_', []],
    ['working', { kind: 'findings', at: start }, '1 unhealthy, 1 could not be asked', ['Check again']],
    [
      'working',
      { kind: 'roles', missing: ['commander', 'scribe'] },
      '*Nobody is scribe yet*',
      ['Take scribe'],
    ],
    ['working', { kind: 'roles', missing: ['commander'] }, 'all of them are taken', []],
    ['fresh', { kind: 'mitigate' }, 'no row of the decision matrix holds yet', ['Roll back api-gateway']],
    ['working', { kind: 'mitigate' }, '→ Immediate rollback', ['Roll back all']],
    ['corrupted', { kind: 'mitigate' }, 'Do NOT roll back', ['Restart']],
    ['working', { kind: 'recent-deployments' }, '`v1.2.2` → `v1.2.3`', ['Roll back auth to v1.9.9']],
    ['corrupted', { kind: 'recent-deployments' }, 'Do NOT roll back', []],
    ['corrupted', { kind: 'emergency' }, '2. Enable read-only mode on all environments', ['Clear']],
    ['security', { kind: 'emergency' }, '3. Engage security team', ['Clear']],
    [
      'resolved',
      { kind: 'resolved' },
      '☐ Limit the connection pool · @ben, due',
      ['Reopen', 'Timeline', 'Evidence'],
    ],
    [
      'resolved',
      { kind: 'chase', followUp: 1 },
      /due .* \(<@U0000BEN1>\): Limit the connection pool/,
      ['Done'],
    ],
    ['resolved', { kind: 'chase', followUp: 2 }, '*Follow-up done*', []],
    ['resolved', { kind: 'chase', followUp: 9 }, 'not there any more', []],
    ['fresh', { kind: 'reopened' }, '🚨 Reopened: Checkout is down', ['Join', 'Update']],
  ])('%s: %j', (name, what, words, labels) => {
    const said = post(state(name), what);
    expect(said.words).toMatch(words);
    expect(said.labels).toEqual(labels.length === 0 ? [] : expect.arrayContaining(labels));
  });

  test('why it was reopened', () => {
    const timeline = [line(1, 'reopened', 'Reopened by @ben: it is back')];
    expect(post(incidentSample({ timeline }), { kind: 'reopened' }).words).toContain(
      'Reopened by @ben: it is back',
    );
  });

  test('every kind is marked in a drill', () => {
    const kinds: Post[] = [
      { kind: 'timeline', entry: 2 },
      { kind: 'update', n: 1 },
      draft,
      { kind: 'overdue-update', n: 2 },
      { kind: 'findings', at: start },
      ...(['mitigate', 'recent-deployments', 'emergency', 'customers', 'resolved', 'reopened'] as const).map(
        (kind) => ({ kind }),
      ),
      { kind: 'roles', missing: ['scribe'] },
      { kind: 'chase', followUp: 1 },
      { kind: 'told', why: 'x' },
    ];
    for (const what of kinds) {
      const { words, text } = post(state('drill'), what);
      expect([what.kind, words.includes('🧪 DRILL'), text.includes('🧪 DRILL')]).toEqual([
        what.kind,
        true,
        true,
      ]);
    }
  });
});

describe('customers', () => {
  test('get the text of the last update, and somebody who sends it', () => {
    const { words, labels } = post(state('working'), { kind: 'customers' });
    expect(words).toContain('<@U0000ANA1>, please tell them');
    expect(words).toMatch(/```📍 UPDATE: api-gateway incident\n.*\n- Action: Rolling back api-gateway\./);
    expect(labels).toEqual(['Done']);
  });

  test('get the initial text where there was no update; whoever takes the role sends it', () => {
    const { words, labels } = post(incidentSample(), { kind: 'customers' });
    expect(words).toContain('```🚨 INCIDENT');
    expect(labels).toEqual(['Done', 'Take communications']);
  });

  test('were notified', () => {
    const checked = { customers: { at: start, by: ben } };
    expect(post(incidentSample({ checked }), { kind: 'customers' }).words).toContain(
      'were notified, says @ben',
    );
  });
});

describe('what on-call is told', () => {
  const alerts = state('working').alerts;
  const told = { kind: 'told', why: 'High errors' } as const;

  test.each<[string, Partial<Incident>, boolean]>([
    ['errors: consider rollback', { alerts }, true],
    ['nothing that speaks for it', {}, false],
    ['the alert is over', { alerts: alerts.map((a) => ({ ...a, firing: false })) }, false],
    ['database errors', { alerts, symptoms: ['database-errors'] }, false],
    ['a rollback under way', { alerts, mitigations: state('working').mitigations }, false],
  ])('%s', (_, changes, considers) => {
    const { words, labels } = post(incidentSample(changes), told);
    expect(words.includes('*Consider rollback*')).toBe(considers);
    expect(labels.some((label) => label.startsWith('Roll back'))).toBe(considers);
    expect(labels).toContain('Acknowledge');
  });
});

describe('pages', () => {
  test('offer to acknowledge until somebody did', () => {
    const page = (i: Incident) => buttons(pageMessage(i, viewOf(i), 'P1').blocks);
    expect(page(state('fresh'))).toEqual(['Acknowledge', 'Join']);
    expect(page(state('working'))).toEqual([]);
  });

  test('are one plain line for PagerDuty', () => {
    expect(pageSummary(state('fresh'))).toBe('P1 INC-12 production (api-gateway): Checkout is down');
    expect(pageSummary(state('drill'))).toBe(
      '🧪 DRILL · P1 INC-12 production (api-gateway): Checkout is down',
    );
    expect(pageSummary(incidentSample({ title: 'a <b>\nc' }))).toBe(
      'P1 INC-12 production (api-gateway): a <b> c',
    );
    expect(pageSummary(incidentSample({ title: 'x'.repeat(3000) }))).toHaveLength(1024);
  });

  test('tell PagerDuty nothing of what is private, but whoever is called', () => {
    const secret = incidentSample({ kind: 'security', isPrivate: true, title: 'Keys were stolen' });
    expect(pageSummary(secret)).toBe('P1 INC-12 production (api-gateway): security incident');
    expect(JSON.stringify(pageMessage(secret, viewOf(secret), 'P1'))).toContain('Keys were stolen');
  });
});

describe('lists', () => {
  test('open incidents before those that are over', () => {
    const text = shown(
      incidentList([state('resolved'), state('working'), state('merged')], start + 20 * minute).blocks,
    );
    expect(text).toMatch(/\*1 open incident\*\n.*\n↳ mitigating for 23 min, api-gateway · led by @ben · <#C/);
    expect(text).toMatch(/Lately over[\s\S]*resolved after 47 min[\s\S]*merged into INC-11/);
  });

  test('of a private incident only that there is one', () => {
    const text = shown(incidentList([state('security')], start + 20 * minute).blocks);
    expect(text).toContain('🔴 P1 · INC-12 · Private incident\n↳ investigating for 23 min, production');
    expect(text).not.toMatch(/key of the build|<#/);
  });

  test('no open one', () => {
    expect(shown(incidentList([], start).blocks)).toContain('*No incident is open*');
  });

  const lines = (i: Incident, from?: number) =>
    [...shown(timelineMessage(i, from).blocks).matchAll(/number (\d+)/g)].map(([, n]) => Number(n));

  test('the timeline shows the newest page, newest last', () => {
    expect(lines(state('many')).at(-1)).toBe(200);
    expect(lines(state('many'))).toEqual(lines(state('many')).toSorted((a, b) => a - b));
  });

  test('its pages can be turned through without a gap, both ways', () => {
    const seen = new Set<number>();
    const turn = (label: string, at?: number): number | null => {
      const { blocks } = timelineMessage(state('many'), at);
      for (const n of lines(state('many'), at)) seen.add(n);
      const button = elements(blocks).find((e) => 'text' in e && e.text?.text === label);
      return button?.type === 'button' ? Number(readIncidentValue(button.value)?.arg) : null;
    };
    let at = turn('Earlier');
    while (at !== null) at = turn('Earlier', at);
    expect(seen.size).toBe(200);
    seen.clear();
    at = turn('Later', 1);
    while (at !== null) at = turn('Later', at);
    expect(seen.size).toBe(200);
  });

  test('edits and deletions show', () => {
    const text = shown(timelineMessage(state('working')).blocks);
    expect(text).toContain('_(edited)_');
    expect(text).not.toContain('wrong channel');
    expect(text).toContain('_removed by its author_');
  });
});

describe('an alert that asks first', () => {
  test('offers to open or not', () => {
    const { blocks } = alertQuestion(question);
    expect(buttons(blocks)).toEqual(['Open a P3', 'Not now']);
    for (const e of elements(blocks)) {
      expect(e.type === 'button' && readIncidentValue(e.value)).toEqual({
        incident: question.group,
        arg: null,
      });
    }
    expect(shown(blocks)).toContain('production: api-gateway · 3 alerts since');
  });

  test.each([
    [{ kind: 'opened', incident: 'INC-13', by: ana, link: null } as const, '*Opened* by @ana as INC-13'],
    [
      { kind: 'opened', incident: 'INC-13', by: null, link: 'https://links.example/x' } as const,
      '*Opened* as <https://links.example/x|INC-13>',
    ],
    [{ kind: 'dismissed', by: ben } as const, '*Not an incident*, says @ben'],
    [{ kind: 'over', at: start } as const, '*Over by itself*'],
  ])('and says what became of it: %j', (answer, words) => {
    const { blocks } = alertAnswered(question, answer);
    expect(shown(blocks)).toContain(words);
    expect(buttons(blocks)).toEqual([]);
  });
});
