/** The simulated Statuspage refuses what Statuspage refuses. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type StatuspageSimulator, startStatuspage } from '../../../playground/statuspage/index.ts';
import { realClock } from '../../../src/clients/clock.ts';

const token = 'statuspage-token';
let statuspage: StatuspageSimulator;
let now: number;
beforeEach(async () => {
  now = Date.UTC(2026, 10, 24);
  statuspage = await startStatuspage({ clock: { ...realClock, now: () => now }, token });
});
afterEach(() => statuspage.stop());

const page = '/v1/pages/pg_pilothouse';

async function call(method: string, path: string, body?: unknown, authorization = `OAuth ${token}`) {
  const response = await fetch(`${statuspage.url}${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

const incident = { name: 'Checkout is down', status: 'investigating', body: 'We look into it.' };
const incidents = () => statuspage.pages.get('pg_pilothouse')?.incidents ?? [];

test('an incident goes from its first text to its end', async () => {
  const components = { cmp_api: 'major_outage' };
  const opened = await call('POST', `${page}/incidents`, { incident: { ...incident, components } });
  expect(opened).toMatchObject({
    status: 201,
    body: { status: 'investigating', impact: 'critical', incident_updates: [{ body: 'We look into it.' }] },
  });
  const id = incidents()[0]?.id;
  now += 60_000;
  const change = { status: 'resolved', body: 'Fixed.', components: { cmp_api: 'operational' } };
  expect(await call('PATCH', `${page}/incidents/${id}`, { incident: change })).toMatchObject({
    status: 200,
    body: {
      status: 'resolved',
      resolved_at: '2026-11-24T00:01:00.000Z',
      incident_updates: [
        {
          body: 'Fixed.',
          affected_components: [{ code: 'cmp_api', old_status: 'major_outage', new_status: 'operational' }],
        },
        { body: 'We look into it.' },
      ],
    },
  });
});

test.each<[string, unknown, number]>([
  ['what is not JSON', '{', 400],
  ['nothing', {}, 422],
  ['no name', { incident: { ...incident, name: undefined } }, 422],
  ['an empty name', { incident: { ...incident, name: '' } }, 422],
  ['a name of 256 characters', { incident: { ...incident, name: 'n'.repeat(256) } }, 422],
  ['a text of 25001 characters', { incident: { ...incident, body: 'b'.repeat(25_001) } }, 422],
  ['another status', { incident: { ...incident, status: 'worrying' } }, 422],
  ['another impact', { incident: { ...incident, impact_override: 'huge' } }, 422],
  ['a component that is not there', { incident: { ...incident, component_ids: ['cmp_nowhere'] } }, 422],
  ['a component in another state', { incident: { ...incident, components: { cmp_api: 'broken' } } }, 422],
  ['metadata that is not nested', { incident: { ...incident, metadata: { key: 'INC-1' } } }, 422],
  ['a field that is not published', { incident: { ...incident, boddy: 'text' } }, 422],
  [
    'components of what was backfilled',
    { incident: { ...incident, backfilled: true, component_ids: ['cmp_api'] } },
    422,
  ],
])('refuses %s', async (_, body, status) => {
  expect(await call('POST', `${page}/incidents`, body)).toEqual({
    status,
    body: { message: expect.any(String) },
  });
  expect(incidents()).toEqual([]);
});

test.each([
  ['another token', `${page}/components`, 'OAuth other', 401],
  ['a token of another kind', `${page}/components`, `Bearer ${token}`, 401],
  ['another page', '/v1/pages/pg_nowhere/components', `OAuth ${token}`, 404],
  ['another version', '/v2/pages/pg_pilothouse/components', `OAuth ${token}`, 404],
  ['an incident that is not there', `${page}/incidents/gone`, `OAuth ${token}`, 404],
  ['a part that makes no sense', `${page}/incidents?page=0`, `OAuth ${token}`, 400],
])('refuses %s', async (_, path, authorization, status) => {
  expect(await call('GET', path, undefined, authorization)).toMatchObject({ status });
});

test('incidents come newest first, in parts', async () => {
  for (let n = 1; n <= 3; n++) statuspage.openByHand('pg_pilothouse', `Incident ${n}`, 'text');
  const { body: first } = await call('GET', `${page}/incidents?limit=2`);
  expect(first).toMatchObject([{ name: 'Incident 3' }, { name: 'Incident 2' }]);
  const { body: second } = await call('GET', `${page}/incidents?limit=2&page=2`);
  expect(second).toMatchObject([{ name: 'Incident 1' }]);
});

describe('the limit', () => {
  test('is 60 requests in any 60 seconds', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 61; n++) {
      statuses.push((await call('GET', `${page}/components`)).status);
      now += 500;
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(60);
    expect(statuses.at(-1)).toBe(420);
    now += 30_000;
    expect((await call('GET', `${page}/components`)).status).toBe(200);
  });
});
