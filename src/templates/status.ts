/** What `/ops status` answers: what runs where, what is in flight, who holds which lock. */
import type { KnownBlock } from '@slack/types';
import type { Deployment } from '../records/deployment.ts';
import { context, fitting, header, sections } from './blocks.ts';
import type { Message } from './message.ts';
import { standing } from './standing.ts';
import { code, cut, escaped, handle, plural, when } from './text.ts';

interface ServiceStatus {
  service: string;
  version: string | null;
  /** When the running revision was proven healthy, or null. */
  provenAt: number | null;
  concern: string | null;
  /** Why it could not be asked. */
  unknown: string | null;
}

interface EnvironmentStatus {
  name: string;
  lock: { deployment: string; since: number | null } | null;
  services: ServiceStatus[];
}

export interface StatusReport {
  at: number;
  environments: EnvironmentStatus[];
  inFlight: Deployment[];
}

export function statusReport(s: StatusReport): Message {
  return fitting([60, 20, 5, 0].map((most) => () => drawing(s, most)));
}

function drawing(s: StatusReport, most: number): Message {
  const environments = s.environments.slice(0, 10);
  const hidden = s.environments.length - environments.length;
  const blocks: KnownBlock[] = [
    header('What runs where'),
    ...sections(flightLines(s.inFlight)),
    ...environments.flatMap((e) => sections(environmentLines(e, most))),
    context(`${hidden > 0 ? `${plural(hidden, 'more environment')} · ` : ''}${when(s.at)}`),
  ];
  return {
    text: `${plural(s.inFlight.length, 'deployment')} in flight, ${plural(s.environments.length, 'environment')}`,
    blocks,
  };
}

function flightLines(inFlight: readonly Deployment[]): string[] {
  if (inFlight.length === 0) return ['💤 *Nothing is in flight*'];
  const rest = inFlight.length - 8;
  return [
    '*In flight*',
    ...inFlight.slice(0, 8).map(flightLine),
    ...(rest > 0 ? [`… and ${plural(rest, 'more deployment')}`] : []),
  ];
}

function flightLine(d: Deployment): string {
  const { emoji, head, tail } = standing(d, []);
  const what = d.kind === 'deploy' ? 'deploy to' : 'rollback in';
  return `${emoji} *${escaped(d.id, 40)}* ${what} ${escaped(d.environment, 63)} by ${handle(d.requestedBy)}: ${head}${cut(tail, 200)}`;
}

function environmentLines({ name, lock, services }: EnvironmentStatus, most: number): string[] {
  const since = lock?.since != null ? ` since ${when(lock.since)}` : '';
  const title = `*${escaped(name, 63)}*${lock ? ` 🔒 held by ${escaped(lock.deployment, 40)}${since}` : ''}`;
  const notable = services.filter((s) => s.concern !== null || s.unknown !== null);
  const sorted = [...notable, ...services.filter((s) => !notable.includes(s))];
  const rest = sorted.slice(most);
  return [
    title,
    ...(services.length === 0 ? ['no services'] : []),
    ...sorted.slice(0, most).map(serviceLine),
    ...(rest.length > 0
      ? [
          `… and ${plural(rest.length, 'more service')} (${plural(rest.filter((s) => notable.includes(s)).length, 'concern')})`,
        ]
      : []),
  ];
}

function serviceLine({ service, version, provenAt, concern, unknown }: ServiceStatus): string {
  const name = code(service, 63);
  if (unknown !== null) return `❔ ${name} could not tell: ${escaped(unknown, 200)}`;
  const runs = version === null ? 'runs no known version' : code(version, 60);
  if (concern !== null) return `⚠️ ${name} ${runs}: ${escaped(concern, 200)}`;
  return `• ${name} ${runs}${provenAt === null ? ', not proven yet' : `, proven ${when(provenAt)}`}`;
}
