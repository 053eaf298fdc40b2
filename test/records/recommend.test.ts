import { describe, expect, test } from '@jest/globals';
import type { Incident } from '../../src/records/incident.ts';
import type { Symptom } from '../../src/records/incident-terms.ts';
import { recommend } from '../../src/records/recommend.ts';
import { found, incidentSample, rules } from '../templates/incident-samples.ts';
import { start } from '../templates/samples.ts';

type Facts = Partial<Pick<Incident, 'kind' | 'findings' | 'alerts' | 'symptoms'>>;

const says = (facts: Facts, matrix = rules.matrix) => recommend(incidentSample(facts), matrix);
const sick = (service: string, ...symptoms: Symptom[]) => found(service, { verdict: 'unhealthy', symptoms });
const silent = (service: string) => found(service, { verdict: 'unknown' });
const alert = (topic: Incident['alerts'][number]['topic'], firing = true): Incident['alerts'][number] => ({
  source: 'datadog',
  key: topic,
  title: `about ${topic}`,
  topic,
  link: null,
  firing,
  since: start,
  count: 1,
});
const services = (...all: ReturnType<typeof found>[]): Facts => ({ findings: { at: start, services: all } });

describe("runbook 001's matrix recommends", () => {
  test.each<[string, Facts, string[], string[]]>([
    ['nothing where nothing is known', {}, [], []],
    ['rollback of all at errors', { alerts: [alert('error-rate')] }, ['roll-back-all'], []],
    ['nothing for an alert that is over', { alerts: [alert('error-rate', false)] }, [], []],
    ['rollback to consider where it is slow', { symptoms: ['slow'] }, ['roll-back-all'], []],
    ['scaling at a spike', services(sick('a', 'saturation'), sick('b')), ['scale-up'], []],
    ['one service alone', services(sick('a'), found('b')), ['roll-back'], []],
    ['no rollback at database errors', { symptoms: ['database-errors'] }, [], ['roll-back-all', 'roll-back']],
    [
      'no rollback at database errors, whatever else holds',
      {
        symptoms: ['saturation', 'error-rate'],
        alerts: [alert('database-errors')],
        ...services(sick('a'), found('b')),
      },
      ['scale-up'],
      ['roll-back-all', 'roll-back'],
    ],
    [
      'all of it, in the order of the rows and each once',
      { symptoms: ['slow', 'error-rate', 'saturation'] },
      ['roll-back-all', 'scale-up'],
      [],
    ],
    ['nothing for something else', { alerts: [alert('other')], symptoms: ['other'] }, [], []],
    [
      'no rollback under database corruption, with no row at all',
      { kind: 'database-corruption' },
      [],
      ['roll-back-all', 'roll-back'],
    ],
    [
      'no rollback under database corruption, though a row says so',
      { kind: 'database-corruption', symptoms: ['error-rate'] },
      [],
      ['roll-back-all', 'roll-back'],
    ],
    [
      'rollback in a security incident',
      { kind: 'security', symptoms: ['error-rate'] },
      ['roll-back-all'],
      [],
    ],
  ])('%s', (_, facts, recommended, forbidden) => {
    const said = says(facts);
    expect(said.recommended).toEqual(recommended);
    expect(said.forbidden.map(({ action }) => action)).toEqual(forbidden);
  });
});

describe('a single service fails', () => {
  test.each<[string, Facts, string | null]>([
    ['where one is unhealthy and another healthy', services(sick('a'), found('b'), silent('c')), 'a'],
    ['not where two are', services(sick('a'), sick('b'), found('c')), null],
    ['not where it is the only one', services(sick('a')), null],
    ['not where nobody knows about the others', services(sick('a'), silent('b')), null],
    ['not where all are healthy', services(found('a'), found('b')), null],
    ['not before anybody looked', {}, null],
  ])('%s', (_, facts, expected) => {
    const { singleService, rows } = says(facts);
    expect(singleService).toBe(expected);
    expect(rows.some(({ row }) => row.when === 'single-service')).toBe(expected !== null);
  });

  test('or because people say so', () => {
    const { singleService, recommended } = says({ symptoms: ['single-service'] });
    expect([singleService, recommended]).toEqual([null, ['roll-back']]);
  });
});

test('a row says what it was recognised by', () => {
  const said = says({
    ...services(sick('a', 'error-rate'), sick('b')),
    alerts: [alert('error-rate'), alert('error-rate')],
    symptoms: ['error-rate'],
  });
  expect(said.rows.map(({ why }) => why)).toEqual([
    [{ by: 'findings', service: 'a' }, { by: 'alert', title: 'about error-rate' }, { by: 'people' }],
  ]);
});

test('what is forbidden says why, in the words of the first reason', () => {
  expect(says({ symptoms: ['database-errors'] }).forbidden[0]?.because).toBe(
    'Database errors: DO NOT rollback, investigate',
  );
  expect(says({ kind: 'database-corruption', symptoms: ['database-errors'] }).forbidden[0]?.because).toMatch(
    /database is corrupted/,
  );
});
