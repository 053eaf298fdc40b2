/** A simulated GitHub, as far as issues go: listing with pages, creating, and its refusals. */
import { z } from 'zod';
import type { Clock } from '../../src/clients/clock.ts';
import type { OutsideFaults } from '../outside/faults.ts';
import {
  type LoggedRequest,
  type ServiceAnswer,
  ServiceRefusal,
  type ServiceRequest,
  startService,
} from '../outside/service.ts';

export interface GitHubOptions {
  readonly clock: Clock;
  readonly token: string;
  /** By owner/name; default one, pilothouse/platform. */
  readonly repositories?: Readonly<Record<string, RepositoryOptions>>;
  /** Default: any free one. */
  readonly port?: number;
}

interface RepositoryOptions {
  /** Logins that issues can be assigned to. */
  readonly assignable?: readonly string[];
  /** Default true. */
  readonly hasIssues?: boolean;
}

interface IssueState {
  readonly number: number;
  readonly createdAt: number;
  readonly title: string;
  body: string;
  state: 'open' | 'closed';
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  /** GitHub lists pull requests among the issues. */
  readonly isPullRequest: boolean;
}

interface RepositoryState {
  readonly name: string;
  readonly assignable: readonly string[];
  readonly hasIssues: boolean;
  /** Oldest first. */
  readonly issues: IssueState[];
}

export interface GitHubSimulator {
  /** For `GITHUB_API_URL`. */
  readonly url: string;
  /** By owner/name. */
  readonly repositories: ReadonlyMap<string, RepositoryState>;
  readonly requests: readonly LoggedRequest[];
  readonly break: OutsideFaults;
  stop(): Promise<void>;
}

export async function startGitHub(options: GitHubOptions): Promise<GitHubSimulator> {
  const { clock, token } = options;
  const named = Object.entries(options.repositories ?? { 'pilothouse/platform': {} });
  const repositories = new Map(
    named.map(([name, { assignable = [], hasIssues = true }]): [string, RepositoryState] => [
      name,
      { name, assignable, hasIssues, issues: [] },
    ]),
  );

  const answer = (request: ServiceRequest): ServiceAnswer => {
    if (request.header('user-agent') === '') {
      throw new ServiceRefusal(403, 'Request forbidden by administrative rules.');
    }
    if (request.header('authorization') !== `Bearer ${token}`) {
      throw new ServiceRefusal(401, { message: 'Bad credentials', status: '401' });
    }
    const [area, owner, name, issues, ...rest] = request.path;
    const repository = repositories.get(`${owner}/${name}`);
    const isIssues = area === 'repos' && issues === 'issues' && rest.length === 0;
    if (!repository || !isIssues) throw new ServiceRefusal(404, { message: 'Not Found', status: '404' });
    if (!repository.hasIssues) {
      throw new ServiceRefusal(410, { message: 'Issues are disabled for this repo', status: '410' });
    }
    if (request.method === 'GET') return list(repository, request, service.url);
    if (request.method === 'POST') return create(repository, request.body, clock.now(), service.url);
    throw new ServiceRefusal(404, { message: 'Not Found', status: '404' });
  };
  const service = await startService({
    clock,
    ...(options.port !== undefined && { port: options.port }),
    answer,
    // GitHub documentation, "Rate limits for the REST API": a secondary limit is 403 or 429 with `retry-after`.
    tooMany: (seconds) => ({
      status: 403,
      headers: { 'retry-after': String(seconds) },
      body: { message: 'You have exceeded a secondary rate limit.', status: '403' },
    }),
  });
  return {
    url: service.url,
    repositories,
    requests: service.requests,
    break: service.break,
    stop: service.stop,
  };
}

/** GitHub REST API documentation, "List repository issues". */
const listing = z.object({
  state: z.enum(['open', 'closed', 'all']).default('open'),
  labels: z.string().default(''),
  sort: z.enum(['created', 'updated', 'comments']).default('created'),
  direction: z.enum(['asc', 'desc']).default('desc'),
  per_page: z.coerce.number().int().min(1).max(100).default(30),
  page: z.coerce.number().int().min(1).default(1),
});

function list(repository: RepositoryState, request: ServiceRequest, url: string): ServiceAnswer {
  const read = listing.safeParse(Object.fromEntries(request.query));
  if (!read.success) throw invalid(read.error.issues.map(({ path }) => String(path[0])));
  const { state, labels, direction, per_page: size, page } = read.data;
  const wanted = labels.split(',').filter(Boolean);
  const found = repository.issues
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => wanted.every((label) => issue.labels.includes(label)));
  const ordered = direction === 'desc' ? found.toReversed() : found;
  const isLast = page * size >= ordered.length;
  const next = new URLSearchParams([...request.query, ['page', String(page + 1)]]);
  return {
    status: 200,
    headers: isLast ? {} : { link: `<${url}/repos/${repository.name}/issues?${next}>; rel="next"` },
    body: ordered
      .slice((page - 1) * size, page * size)
      .map((issue) => issueShape(repository.name, issue, url)),
  };
}

const label = z.union([z.string().min(1).max(50), z.object({ name: z.string().min(1).max(50) })]);
/** GitHub REST API documentation, "Create an issue"; the lengths are those it refuses beyond. */
const created = z.object({
  title: z.union([z.string().min(1).max(256), z.number().transform(String)]),
  body: z.string().max(65_536).nullish(),
  labels: z.array(label).default([]),
  assignees: z.array(z.string()).max(10).default([]),
});

function create(repository: RepositoryState, body: unknown, now: number, url: string): ServiceAnswer {
  if (body === undefined) throw new ServiceRefusal(400, { message: 'Problems parsing JSON', status: '400' });
  const read = created.safeParse(body);
  if (!read.success) throw invalid(read.error.issues.map(({ path }) => String(path[0])));
  const { title, labels, assignees } = read.data;
  if (assignees.some((login) => !repository.assignable.includes(login))) throw invalid(['assignees']);
  const issue: IssueState = {
    number: repository.issues.length + 1,
    createdAt: now,
    title,
    body: read.data.body ?? '',
    state: 'open',
    labels: labels.map((one) => (typeof one === 'string' ? one : one.name)),
    assignees,
    isPullRequest: false,
  };
  repository.issues.push(issue);
  return { status: 201, body: issueShape(repository.name, issue, url) };
}

const invalid = (fields: string[]) =>
  new ServiceRefusal(422, {
    message: 'Validation Failed',
    errors: fields.map((field) => ({ resource: 'Issue', field, code: 'invalid' })),
    status: '422',
  });

const issueShape = (repository: string, issue: IssueState, url: string) => ({
  id: 1_000_000 + issue.number,
  url: `${url}/repos/${repository}/issues/${issue.number}`,
  html_url: `https://github.com/${repository}/issues/${issue.number}`,
  number: issue.number,
  title: issue.title,
  body: issue.body,
  state: issue.state,
  labels: issue.labels.map((name) => ({ name })),
  assignees: issue.assignees.map((login) => ({ login })),
  created_at: new Date(issue.createdAt).toISOString(),
  ...(issue.isPullRequest && { pull_request: { url: `${url}/repos/${repository}/pulls/${issue.number}` } }),
});
