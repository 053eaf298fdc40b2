/** What `/ops status` answers: what runs where, what is in flight, who holds which lock, what keeps deploys away. */
import type { KnownBlock } from '@slack/types';
import type { Block } from '../records/block.ts';
import type { Deployment } from '../records/deployment.ts';
import type { Incident } from '../records/incident.ts';
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
  /** Those that hold now, and what emergencies halt. */
  freezes: Block[];
  halts: Block[];
  /** The open ones. */
  incidents: Pick<Incident, 'id' | 'severity' | 'status' | 'environment' | 'title' | 'isPrivate' | 'drill'>[];
}

export function statusReport(s: StatusReport): Message {
  return fitting([60, 20, 5, 0].map((most) => () => drawing(s, most)));
}

function drawing(s: StatusReport, most: number): Message {
  const environments = s.environments.slice(0, 10);
  const hidden = s.environments.length - environments.length;
  const blocks: KnownBlock[] = [
    header('What runs where'),
    ...sections([
      ...s.halts.slice(0, 5).map(haltLine),
      ...freezeLines(s.freezes),
      ...incidentLines(s.incidents),
    ]),
    ...sections(flightLines(s.inFlight)),
    ...environments.flatMap((e) => sections(environmentLines(e, most))),
    context(`${hidden > 0 ? `${plural(hidden, 'more environment')} · ` : ''}${when(s.at)}`),
  ];
  return {
    text: `${plural(s.inFlight.length, 'deployment')} in flight, ${plural(s.environments.length, 'environment')}`,
    blocks,
  };
}

const haltLine = ({ incident, reason, since }: Block): string =>
  `🛑 *All deployments are halted* by ${escaped(incident ?? '', 40)} since ${when(since)}: ${escaped(reason, 200)}`;

function freezeLines(freezes: readonly Block[]): string[] {
  return [
    ...freezes.slice(0, mostFreezes).map(({ environment, by, since, until, reason }) => {
      const where = environment === null ? 'All environments are' : `${escaped(environment, 63)} is`;
      const who = by ? ` by ${handle(by)}` : '';
      const end = until === null ? '' : ` until ${when(until)}`;
      return `🧊 *${where} frozen*${who} since ${when(since)}${end}: ${escaped(reason, 200)}`;
    }),
    ...more(freezes.length - mostFreezes, 'more freeze'),
  ];
}
const mostFreezes = 5;

/** Those that are private are named, and no more. */
function incidentLines(incidents: StatusReport['incidents']): string[] {
  return [
    ...incidents
      .slice(0, mostIncidents)
      .map(({ id, severity, status, environment, title, isPrivate, drill }) => {
        const what = isPrivate ? 'private' : `${escaped(title, 150)} (${escaped(environment, 63)})`;
        return `🚨 *${escaped(id, 40)}* ${severity}${drill ? ' drill' : ''}, ${status}: ${what}`;
      }),
    ...more(incidents.length - mostIncidents, 'more open incident'),
  ];
}
const mostIncidents = 5;

const more = (count: number, what: string): string[] => (count > 0 ? [`… and ${plural(count, what)}`] : []);

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
