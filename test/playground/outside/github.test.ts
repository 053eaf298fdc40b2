/** The simulated GitHub refuses what GitHub refuses, and lists issues as GitHub does. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type GitHubSimulator, startGitHub } from '../../../playground/github/index.ts';
import { realClock } from '../../../src/clients/clock.ts';

const token = 'github-token';
let github: GitHubSimulator;
beforeEach(async () => {
  const repositories = { 'pilothouse/platform': { assignable: ['lead'] } };
  github = await startGitHub({ clock: realClock, token, repositories });
});
afterEach(() => github.stop());

const path = '/repos/pilothouse/platform/issues';

async function call(method: string, to: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(to.startsWith('http') ? to : `${github.url}${to}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'user-agent': 'test', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  const answered: unknown = isJson ? JSON.parse(text) : text;
  return { status: response.status, body: answered, link: response.headers.get('link') };
}

const issues = () => github.repositories.get('pilothouse/platform')?.issues ?? [];

test.each<[string, unknown, number]>([
  ['what is not JSON', '{', 400],
  ['no title', { body: 'text' }, 422],
  ['an empty title', { title: '' }, 422],
  ['a title of 257 characters', { title: 't'.repeat(257) }, 422],
  ['a text of 65537 characters', { title: 't', body: 'b'.repeat(65_537) }, 422],
  ['labels that are none', { title: 't', labels: [7] }, 422],
  ['a label of 51 characters', { title: 't', labels: ['l'.repeat(51)] }, 422],
  ['somebody who cannot be assigned', { title: 't', assignees: ['stranger'] }, 422],
  ['eleven who are assigned', { title: 't', assignees: Array.from({ length: 11 }, () => 'lead') }, 422],
])('refuses %s', async (_, body, status) => {
  expect(await call('POST', path, body)).toMatchObject({
    status,
    body: { message: expect.any(String), status: String(status) },
  });
  expect(issues()).toEqual([]);
});

test.each([
  ['another token', path, { authorization: 'Bearer other' }, 401],
  ['a caller without a name', path, { 'user-agent': '' }, 403],
  ['another repository', '/repos/pilothouse/nowhere/issues', {}, 404],
  ['another part of it', '/repos/pilothouse/platform/pulls', {}, 404],
  ['a state that it does not know', `${path}?state=sleeping`, {}, 422],
  ['more than a hundred at once', `${path}?per_page=101`, {}, 422],
])('refuses %s', async (_, to, headers, status) => {
  expect(await call('GET', to, undefined, headers)).toMatchObject({ status });
});

test('lists open ones newest first, all on request, by label, and leads from part to part', async () => {
  for (let n = 1; n <= 5; n++) {
    await call('POST', path, { title: `Issue ${n}`, labels: n % 2 ? ['odd', { name: 'mine' }] : ['mine'] });
  }
  const [first] = issues();
  if (first) first.state = 'closed';
  expect((await call('GET', path)).body).toMatchObject([5, 4, 3, 2].map((number) => ({ number })));
  const odd = await call('GET', `${path}?labels=odd,mine&state=all&per_page=2`);
  expect(odd.body).toMatchObject([{ number: 5 }, { number: 3 }]);
  const next = /<([^>]+)>; rel="next"/.exec(odd.link ?? '')?.[1] ?? '';
  const last = await call('GET', next);
  expect(last).toMatchObject({ body: [{ number: 1, state: 'closed' }], link: null });
});
