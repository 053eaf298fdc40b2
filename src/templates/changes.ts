/** "from → to" for every service of a deployment, in as few lines as can be read. */
import { type Deployment, type Release, releasesInStage, stagesOf } from '../records/deployment.ts';
import { code, literal, plural, some } from './text.ts';

/** More services than this are drawn as counts. */
export const manyServices = 12;

const staysAsItIs = (r: Release): boolean => r.from !== null && r.from.version === r.to.version;

/** Without markup: "api-gateway v1.2.2 → v1.2.3". */
export function changeTitle(r: Release): string {
  const service = literal(r.service, 63);
  const to = literal(r.to.version, 60);
  if (r.from === null) return `${service}: new, ${to}`;
  return staysAsItIs(r) ? `${service}: stays on ${to}` : `${service}: ${literal(r.from.version, 60)} → ${to}`;
}

/** With markup, for lists. */
export function changeLine(r: Release): string {
  const service = `*${code(r.service, 63)}*`;
  const to = code(r.to.version, 60);
  if (r.from === null) return `• ${service} new → ${to}`;
  return staysAsItIs(r) ? `• ${service} stays on ${to}` : `• ${service} ${code(r.from.version, 60)} → ${to}`;
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
