/** The client for GitHub issues against the simulated GitHub: a follow-up is one issue. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createGitHubIssues, issueLabel, type WantedIssue } from '../../src/clients/github-issues.ts';
import { OutsideAway } from '../../src/clients/outside.ts';
import { failureOf, startGitHubPair } from './outside-services.ts';

let pair: Awaited<ReturnType<typeof startGitHubPair>>;
beforeEach(async () => {
  pair = await startGitHubPair();
});
afterEach(() => pair.service.stop());

const repository = 'pilothouse/platform';
const wanted: WantedIssue = {
  key: 'INC-1/follow-up-1',
  title: 'Add the missing index',
  body: 'Orders were read without one.',
  labels: ['incident', 'p1'],
  assignees: ['lead'],
};
const issues = () => pair.service.repositories.get(repository)?.issues ?? [];

test('an issue is created with its text, our label and those that were asked for', async () => {
  expect(await pair.client.ensure(repository, wanted)).toEqual({
    number: 1,
    url: 'https://github.com/pilothouse/platform/issues/1',
  });
  expect(issues()).toMatchObject([
    { title: wanted.title, labels: [issueLabel, 'incident', 'p1'], assignees: ['lead'] },
  ]);
  expect(issues()[0]?.body).toBe(
    `${wanted.body}\n\n<!-- pilothouse: ${encodeURIComponent(wanted.key)} -->\n`,
  );
});

describe('the same key', () => {
  test('is the same issue, open or closed, and what people made of it stays', async () => {
    const first = await pair.client.ensure(repository, wanted);
    const [issue] = issues();
    if (issue) Object.assign(issue, { state: 'closed', body: `${issue.body}\nDone in #7.` });
    expect(await pair.client.ensure(repository, { ...wanted, title: 'Another title' })).toEqual(first);
    expect(issues()).toMatchObject([{ title: wanted.title, state: 'closed' }]);
    expect(issues()[0]?.body).toContain('Done in #7.');
  });

  test('is found behind hundreds of others', async () => {
    const first = await pair.client.ensure(repository, wanted);
    for (let number = 2; number <= 250; number++) {
      issues().push({
        number,
        createdAt: 0,
        title: 'Other',
        body: '',
        state: 'open',
        labels: [issueLabel],
        assignees: [],
        isPullRequest: false,
      });
    }
    expect(await pair.client.ensure(repository, wanted)).toEqual(first);
  });

  test('is not found in a pull request, nor in a text that pretends', async () => {
    const mark = `<!-- pilothouse: ${encodeURIComponent(wanted.key)} -->`;
    await pair.client.ensure(repository, { ...wanted, key: 'other', body: `${mark} is not mine` });
    const [other] = issues();
    if (other) issues().push({ ...other, number: 2, body: mark, isPullRequest: true });
    expect(await pair.client.ensure(repository, wanted)).toMatchObject({ number: 3 });
  });

  test('whose answer was lost is not created again', async () => {
    pair.service.break.loseAnswers(1, 'writes');
    expect(await failureOf(pair.client.ensure(repository, wanted))).toBeInstanceOf(OutsideAway);
    expect(await pair.client.ensure(repository, wanted)).toMatchObject({ number: 1 });
    expect(issues()).toHaveLength(1);
  });
});

test('another key is another issue, even if one begins with the other', async () => {
  await pair.client.ensure(repository, { ...wanted, key: 'INC-1/follow-up-11' });
  expect(await pair.client.ensure(repository, wanted)).toMatchObject({ number: 2 });
});

test('a key cannot end the mark', async () => {
  const odd = { ...wanted, key: 'INC-1 --> <script>' };
  await pair.client.ensure(repository, odd);
  expect(issues()[0]?.body).not.toContain('<script>');
  expect(await pair.client.ensure(repository, odd)).toMatchObject({ number: 1 });
});

test('what is too long is cut, but never its mark', async () => {
  const long = { ...wanted, title: 't'.repeat(300), body: 'b'.repeat(70_000) };
  await pair.client.ensure(repository, long);
  expect(issues()[0]?.title).toHaveLength(256);
  expect(issues()[0]?.body.length).toBeLessThanOrEqual(65_536);
  expect(await pair.client.ensure(repository, long)).toMatchObject({ number: 1 });
});

describe('what is refused', () => {
  test.each([
    ['a repository that is not there', 'pilothouse/nowhere', 404, 'Not Found'],
    ['a repository without issues', 'pilothouse/archive', 410, 'Issues are disabled for this repo'],
    ['a name without an owner', 'platform', null, 'expected owner/name'],
    ['an address for a name', 'https://github.com/a/b', null, 'expected owner/name'],
  ])('%s', async (_, name, status, reason) => {
    expect(await failureOf(pair.client.ensure(name, wanted))).toMatchObject({ status, reason });
  });

  test('somebody to whom nothing can be assigned', async () => {
    const failure = await failureOf(pair.client.ensure(repository, { ...wanted, assignees: ['stranger'] }));
    expect(failure).toMatchObject({ status: 422, reason: 'Validation Failed, assignees invalid' });
    expect(issues()).toEqual([]);
  });

  test('a wrong token, which is not shown', async () => {
    const client = createGitHubIssues({ ...pair.settings, token: 'hunter22' }, pair.clock);
    const failure = await failureOf(client.ensure(repository, wanted));
    expect(failure).toMatchObject({ status: 401, reason: 'Bad credentials' });
    expect(failure.message).not.toContain('hunter22');
  });
});
