/** GitHub issues for follow-ups: each one is created once, found again by a mark in its text. */
import { z } from 'zod';
import type { Clock } from './clock.ts';
import { addressOf, createOutside, OutsideRefused, shortened } from './outside.ts';

export interface GitHubSettings {
  /** May read and write issues. Without the right to set labels GitHub drops ours silently, and nothing is found again. */
  readonly token: string;
  readonly apiUrl: string;
}

export interface WantedIssue {
  /** One issue for each key. */
  readonly key: string;
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  /** Besides ours. */
  readonly labels: readonly string[];
  /** Logins. */
  readonly assignees: readonly string[];
}

/** Throws an `OutsideAway` or an `OutsideRefused`; may be repeated, but not for the same key at the same time. */
export interface GitHubIssues {
  /** The issue of this key in `owner/name`: the one there is, open or closed and unchanged, or a new one. */
  ensure(repository: string, issue: WantedIssue): Promise<{ readonly number: number; readonly url: string }>;
}

/** What every issue of ours carries, so that only these have to be looked through. */
export const issueLabel = 'pilothouse';
/** GitHub REST API documentation, "List repository issues": the most that one answer holds. */
const pageSize = 100;
/** 2,000 issues of ours in one repository. */
const pagesLookedThrough = 20;
/** GitHub refuses longer ones with 422. */
const longestTitle = 256;
const longestBody = 65_536;

export function createGitHubIssues({ token, apiUrl }: GitHubSettings, clock: Clock): GitHubIssues {
  const ask = createOutside({
    name: 'GitHub',
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
    },
    secrets: [token],
    clock,
  });

  const find = async (issues: string[], mark: string) => {
    for (let page = 1; page <= pagesLookedThrough; page++) {
      const url = addressOf(apiUrl, issues, [
        ['labels', issueLabel],
        ['state', 'all'],
        ['sort', 'created'],
        ['direction', 'desc'],
        ['per_page', String(pageSize)],
        ['page', String(page)],
      ]);
      const { body, headers } = await ask({ method: 'GET', url }, z.array(listedIssue));
      const found = body.find((issue) => !issue.pull_request && issue.body?.includes(mark));
      if (found || !hasNext(headers)) return found;
    }
    return undefined;
  };

  return {
    async ensure(repository, { key, title, body, labels, assignees }) {
      const [owner, name, ...rest] = repository.split('/');
      if (!owner || !name || rest.length > 0) throw new OutsideRefused('GitHub', null, 'expected owner/name');
      const issues = ['repos', owner, name, 'issues'];
      const mark = markOf(key);
      const found = await find(issues, mark);
      if (found) return { number: found.number, url: found.html_url };
      const wanted = {
        title: shortened(title, longestTitle),
        body: marked(body, mark),
        labels: [...new Set([issueLabel, ...labels])],
        assignees,
      };
      const answer = await ask(
        { method: 'POST', url: addressOf(apiUrl, issues), body: wanted },
        createdIssue,
      );
      return { number: answer.body.number, url: answer.body.html_url };
    },
  };
}

/** Readers do not see an HTML comment. The key is encoded so that nothing in it can end the comment. */
const markOf = (key: string): string => `<!-- pilothouse: ${encodeURIComponent(key)} -->`;

/** No comment in the text itself can pass for a mark. */
function marked(body: string, mark: string): string {
  const end = `\n\n${mark}\n`;
  return `${shortened(body.replaceAll('<!--', '&lt;!--'), longestBody - end.length)}${end}`;
}

/** GitHub REST API documentation, "Using pagination": the `Link` header names the next page where there is one. */
const hasNext = (headers: Headers): boolean => headers.get('link')?.includes('rel="next"') ?? false;

const createdIssue = z.object({ number: z.number(), html_url: z.string() });
const listedIssue = createdIssue.extend({
  body: z.string().nullish(),
  /** The list holds pull requests as well. */
  pull_request: z.unknown().optional(),
});
