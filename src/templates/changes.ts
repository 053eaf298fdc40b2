/** "from → to" for every service of a deployment, in as few lines as can be read. */
import {
  type Deployment,
  isUnchanged,
  type Release,
  releasesInStage,
  stagesOf,
} from '../records/deployment.ts';
import { code, escaped, literal, plural, some } from './text.ts';

/** More services than this are drawn as counts. */
export const manyServices = 12;

const staysAsItIs = (r: Release): boolean => isUnchanged(r) || r.from?.version === r.to.version;

/** Without markup: "api-gateway v1.2.2 → v1.2.3". */
export const changeTitle = (r: Release): string =>
  change(r, literal(r.service, 63), (version) => literal(version, 60));

/** With markup, for lists. */
const changeLine = (r: Release): string =>
  `• ${change(r, `*${escaped(r.service, 63)}*`, (version) => code(version, 60))}`;

function change(r: Release, service: string, show: (version: string) => string): string {
  const to = show(r.to.version);
  if (staysAsItIs(r)) return `${service} stays on ${to}`;
  return r.from === null ? `${service} new → ${to}` : `${service} ${show(r.from.version)} → ${to}`;
}

/** Lines for all services: one each while they are few, else one a stage. */
export function changeLines(d: Deployment, most = manyServices): string[] {
  const stages = stagesOf(d);
  if (d.releases.length <= most) {
    return stages.flatMap((stage, index) => [
      ...(stages.length > 1 ? [`*Stage ${index + 1}*`] : []),
      ...d.releases.filter((r) => r.stage === stage).map(changeLine),
    ]);
  }
  const lines = stages.map((_, index) => stageLine(releasesInStage(d, index), index));
  return lines.length <= 20 ? lines : [...lines.slice(0, 19), `… and ${lines.length - 19} more stages`];
}

function stageLine(releases: readonly Release[], index: number): string {
  const names = releases.map((r) => code(r.service, 63));
  return `*Stage ${index + 1}*: ${plural(releases.length, 'service')} to ${versionsOf(releases, code)}: ${some(names, 5)}`;
}

/** "v1.2.3", or "v1.2.3, v1.3.0 and 4 more". */
export function versionsOf(
  releases: readonly Release[],
  show: (version: string, max: number) => string,
): string {
  return some([...new Set(releases.map((r) => show(r.to.version, 60)))], 3);
}
