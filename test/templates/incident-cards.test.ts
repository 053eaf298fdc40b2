import { describe, expect, test } from '@jest/globals';
import { procedureOf } from '../../src/records/procedure.ts';
import { incidentCard } from '../../src/templates/incident/card.ts';
import { roomCard } from '../../src/templates/incident/room-card.ts';
import type { IncidentView } from '../../src/templates/incident/view.ts';
import { incidentActions, readIncidentValue } from '../../src/templates/incident-actions.ts';
import { found, incidentSample, incidentStates, line, minute, rules, viewOf } from './incident-samples.ts';
import { ana, start } from './samples.ts';
import { buttons, elements, shown } from './shown.ts';

const state = (name: string) => incidentStates[name] ?? incidentSample();
const card = (i = incidentSample(), view: Partial<IncidentView> = {}) =>
  incidentCard(i, viewOf(i, view)).blocks;
const room = (i = incidentSample(), view: Partial<IncidentView> = {}) => roomCard(i, viewOf(i, view)).blocks;
const open = ['Join', 'Update', 'Severity', 'Resolve'];

describe('the card', () => {
  test("begins with runbook 001's initial alert, in the notification as well", () => {
    const alert =
      '🚨 INCIDENT: api-gateway experiencing issues\n- Impact: Customers cannot pay\n- Status: Investigating\n- ETA: Unknown';
    expect(incidentCard(incidentSample(), viewOf(incidentSample())).text.startsWith(alert)).toBe(true);
    expect(shown(card()).replaceAll('*', '').startsWith(alert)).toBe(true);
  });

  test.each([
    ['fresh', ['Acknowledge', ...open]],
    ['working', open],
    ['troubled', ['Try again', ...open]],
    ['monitoring', open],
    ['resolved', ['Reopen', 'Timeline', 'Evidence']],
    ['merged', ['Timeline']],
  ])('%s has the buttons that fit', (name, labels) => {
    expect(buttons(card(state(name)))).toEqual(labels);
  });

  test.each([
    ['fresh', 'Not acknowledged yet'],
    ['fresh', '<@U0000BEN1>'],
    ['working', '*Acknowledged* by @ben, after 2 min'],
    ['working', '*Commander* @ben · *Communications* @ana · no scribe yet'],
    ['working', '- Status: Mitigating'],
    ['working', '*War room* <#C0000WARROOM>'],
    ['working', '<https://links.example/archives/C1/p1|D-128>'],
    ['working', `*Next update* due <!date^${(start + 15 * minute) / 1000}^`],
    ['troubled', '*Page to on-call* failed: PagerDuty refused the routing key (400)'],
    ['troubled', 'Status page update is late'],
    ['resolved', '✅ RESOLVED: api-gateway incident'],
    ['merged', 'Merged into INC-11'],
    ['corrupted', '3. Restore from latest backup'],
    ['security', 'Do NOT deploy until cleared'],
    ['cleared', '*Halt cleared* by @ana'],
    ['drill', '🧪 DRILL · 🚨 INCIDENT'],
    ['many', '… and 36 more'],
  ])('%s shows %s', (name, words) => {
    expect(shown(card(state(name)))).toContain(words);
  });

  test('a failed effect can be tried again by its key', () => {
    const [retry] = elements(card(state('troubled')));
    const value = retry?.type === 'button' ? readIncidentValue(retry.value) : null;
    expect(value).toEqual({ incident: 'INC-12', arg: 'page-0' });
  });

  test('it rings nobody but who is on call, however often it is drawn again', () => {
    expect(shown(card(state('working'), { onCall: null }))).not.toContain('<@');
  });

  test('an update that is late says so', () => {
    expect(shown(card(state('working'), { now: start + 16 * minute }))).toContain('*Update overdue*');
  });
});

describe('the summary in the war room', () => {
  test('offers what is configured, what is recommended first', () => {
    const labels = buttons(room(state('working')));
    expect(labels).toEqual([
      ...['Join', 'Update', 'Facts', 'Severity', 'Status page', 'Timeline', 'Resolve'],
      ...['Take scribe', 'Hand over'],
      ...[
        'Roll back all',
        'Restart api-gateway',
        'Scale up api-gateway',
        'Maintenance page',
        'Freeze deploys',
        'Check again',
      ],
      'Undo: Rate limiting',
      // The one of api-gateway is under way.
      'Roll back auth to v1.9.9',
      ...[
        'Done: Affected customers notified',
        'Done: Fix applied and verified',
        'Done: Improvements identified',
      ],
    ]);
  });

  test('what is not configured has no button', () => {
    const bare = { ...rules, mitigations: {} };
    expect(buttons(room(incidentSample(), { rules: bare, statusPage: false })).join()).not.toMatch(
      /Scale|Rate|Maintenance|Status page/,
    );
  });

  test('what is forbidden has no button, not even beside a recent deployment', () => {
    const blocks = room(state('corrupted'));
    expect(shown(blocks)).toContain('*Do NOT roll back*: the database is corrupted');
    expect(shown(blocks)).toContain('~Immediate rollback~ overruled');
    expect(buttons(blocks).join()).not.toContain('Roll back');
    expect(buttons(blocks)).toContain('Clear');
  });

  test('the unhealthy one of many is the one that buttons are about', () => {
    const i = incidentSample({
      services: [],
      findings: { at: start, services: [found('auth', { verdict: 'unhealthy' }), found('web')] },
    });
    const labels = buttons(room(i));
    expect(labels).toEqual(expect.arrayContaining(['Roll back auth', 'Restart auth', 'Scale up auth']));
    const button = elements(room(i)).find((e) => 'text' in e && e.text?.text === 'Restart auth');
    expect(button?.type === 'button' && readIncidentValue(button.value)?.arg).toBe('restart auth');
  });

  const change = (from: string | null, version: string, ending = 'succeeded') => ({
    ...{ id: 'D-1', service: 'auth', at: start, by: 'ana', link: null },
    ...{ from, version, ending },
  });
  test.each([
    ['the newest', [change('v2', 'v3'), change('v1', 'v2')], ['Roll back auth to v2']],
    ['not the first one', [change(null, 'v1')], []],
    ['not one that went back', [change('v2', 'v3', 'rolled-back'), change('v1', 'v2')], []],
    ['not the way back itself', [change('v2', 'v1'), change('v1', 'v2')], []],
  ])('of recent deployments %s can be rolled back', (_, recent, expected) => {
    const i = incidentSample({ services: ['web'] });
    expect(buttons(room(i, { recent })).filter((label) => label.startsWith('Roll back auth'))).toEqual(
      expected,
    );
  });

  test('ticked rows can be unticked', () => {
    const i = incidentSample({ checked: { customers: { at: start, by: ana } } });
    expect(shown(room(i))).toContain('☑ Affected customers notified · @ana');
    expect(buttons(room(i))).toContain('Undo: Affected customers notified');
  });

  test.each([
    [4, []],
    [7, ['Alert']],
    [12, ['Alert', 'Assess']],
    [31, ['Alert', 'Assess', 'Mitigate']],
  ])('after %d minutes these phases of a P1 are overdue: %j', (minutes, late) => {
    const text = shown(room(incidentSample(), { now: start + minutes * minute }));
    const phases = [...text.matchAll(/\*([\w-]+)\* · [\d–]+ min · \*overdue\*/g)].map(([, phase]) => phase);
    expect(phases).toEqual(late);
  });

  test('minutes are for a P1', () => {
    expect(shown(room(state('by-alert'), { now: start + 60 * minute }))).not.toMatch(/0–5 min|overdue/);
  });

  test('every row of the procedure is there', () => {
    const text = shown(room());
    for (const row of procedureOf(incidentSample())) expect(text).toContain(row.text);
  });

  test('its menu of symptoms knows what was chosen', () => {
    const menu = room(incidentSample({ symptoms: ['slow'] })).find(
      (b) => b.type === 'section' && b.accessory,
    );
    expect(menu).toMatchObject({
      block_id: 'INC-12:symptoms',
      accessory: { action_id: incidentActions.symptoms, initial_options: [{ value: 'slow' }] },
    });
  });

  test('with too much of everything it keeps what is true of all of it', () => {
    const text = shown(room(state('many')));
    expect(text).toContain('67 unhealthy* of 200 services');
    expect(text).toMatch(/… and 3\d more/);
    expect(buttons(room(state('many')))).toContain('Roll back all');
  });

  test('contacts of the runbook', () => {
    expect(shown(room())).toContain('AWS Support: Case via Console');
  });

  test('after the end nothing is offered but looking back', () => {
    const labels = buttons(room(state('resolved')));
    expect(labels).toEqual(['Reopen', 'Timeline', 'Evidence', 'Done: Improvements identified']);
  });

  test('what a line of the timeline says does not change it', () => {
    const before = JSON.stringify(room());
    expect(JSON.stringify(room(incidentSample({ timeline: [line(1, 'note', 'x')] })))).toBe(before);
  });
});
