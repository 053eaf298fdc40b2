/** Runbook 000, "Incident logging checklist": each point from what was recorded, or for people to fill in. */
import type { Act } from '../../../records/act.ts';
import type { Incident } from '../../../records/incident.ts';
import { looks } from '../evidence.ts';
import type { IncidentView } from '../view.ts';
import { codeSpan, inline, link, utc } from './markdown.ts';
import { toBeFilledIn } from './summary.ts';

/** At most so many of a kind are named. */
const most = 10;

export function loggingChecklist(i: Incident, { recent }: IncidentView, acts: readonly Act[]): string {
  const related = recent.filter(({ id }) => i.deployments.includes(id));
  const texts = wordsOf(i, acts);
  const point = (name: string, known: readonly string[], otherwise = toBeFilledIn) =>
    known.length > 0 ? `- [x] **${name}:** ${listed(known)}` : `- [ ] **${name}:** ${otherwise}`;
  return [
    point('Release tags', releaseTags(i, related)),
    point('Workflow run ids', workflowRuns(i, acts), `none known; ${toBeFilledIn} where there was one`),
    point('Rollback revision', rollbackRevisions(i, related, texts), otherwiseRevision(i)),
    point('First failure timestamp', [firstFailure(i, acts)]),
    point('Impacted services', impacted(i, acts)),
    point('Root cause', i.rootCause === null ? [] : [inline(i.rootCause, 1500)].filter(Boolean)),
    point('Permanent fix PR', i.fix === null ? [] : [link(i.fix, inline(i.fix, 200))].filter(Boolean)),
  ].join('\n');
}

/** Each once; the first few. */
function listed(words: readonly string[]): string {
  const once = [...new Set(words)];
  const more = once.length > most ? `, and ${once.length - most} more` : '';
  return `${once.slice(0, most).join(', ')}${more}`;
}

/** Of related deployments; where none is known, what was seen to run on services that were not healthy. */
function releaseTags(i: Incident, related: IncidentView['recent']): string[] {
  if (related.length > 0) {
    return related.map(
      ({ service, version, id }) => `${inline(service, 63)} ${codeSpan(version)} (${inline(id, 40)})`,
    );
  }
  return (i.findings?.services ?? []).flatMap(({ service, version, verdict }) =>
    version !== null && verdict === 'unhealthy'
      ? [`${inline(service, 63)} ${codeSpan(version)} (seen running at ${utc(i.findings?.at ?? -1)})`]
      : [],
  );
}

/** GitHub's address of a run: `https://github.com/<owner>/<repository>/actions/runs/<id>`. */
const workflowRun =
  /^(https:\/\/[\w.-]{1,80}\/[\w.-]{1,100}\/[\w.-]{1,100}\/actions\/runs\/(\d{1,20}))(?:[/?#]|$)/;

function workflowRuns(i: Incident, acts: readonly Act[]): string[] {
  const addresses = [
    ...i.links.map(({ link: address }) => address),
    ...i.timeline.filter(({ state }) => state !== 'removed').flatMap(({ links }) => links),
    ...acts.flatMap(({ what }) => (what.kind === 'deployment' && what.link ? [what.link] : [])),
  ];
  return addresses.flatMap((address) => {
    const [, run = '', id] = workflowRun.exec(address) ?? [];
    return id ? [link(run, id)] : [];
  });
}

/** What services went back to: versions of related deployments that were rolled back, and ECS revisions that lines name. */
function rollbackRevisions(i: Incident, related: IncidentView['recent'], texts: readonly string[]): string[] {
  const versions = related.flatMap(({ id, service, version, from, ending }) => {
    if (i.source.kind === 'rollback' && i.source.id === id)
      return [`${inline(service, 63)} back to ${codeSpan(version)} (${inline(id, 40)})`];
    return ending === 'rolled-back' && from !== null
      ? [`${inline(service, 63)} back to ${codeSpan(from)} (${inline(id, 40)})`]
      : [];
  });
  const revisions = texts.flatMap((text) =>
    [...text.matchAll(/\btask-definition\/([\w-]{1,255}:\d{1,9})\b/g)].map(([, revision = '']) =>
      codeSpan(revision),
    ),
  );
  return [...versions, ...revisions];
}

/** Whether there was a rollback is known even where its revision is not. */
function otherwiseRevision(i: Incident): string {
  const back = i.mitigations.filter(({ action }) => action.startsWith('roll-back'));
  const isBack = i.source.kind === 'rollback' || back.length > 0;
  return isBack ? toBeFilledIn : `no rollback was recorded; ${toBeFilledIn} where there was one`;
}

/** What was said about deployments and rollbacks: the only lines in which a revision is one that was gone back to. */
function wordsOf(i: Incident, acts: readonly Act[]): string[] {
  return [
    ...i.mitigations
      .filter(({ action }) => action.startsWith('roll-back'))
      .flatMap(({ detail }) => (detail === null ? [] : [detail])),
    ...acts.flatMap(({ what }) =>
      what.kind === 'deployment' && what.event === 'rolled-back' ? [what.text] : [],
    ),
  ].map((text) => text.slice(0, 3000));
}

function firstFailure(i: Incident, acts: readonly Act[]): string {
  const alert = acts.find(({ what }) => what.kind === 'alert' && what.alert.state === 'firing')?.what;
  const look = looks(i, acts).find(({ services }) => services.some(({ verdict }) => verdict === 'unhealthy'));
  const more = [
    ...(i.alerts[0] ? [`first alert: ${inline(i.alerts[0].title, 200)}`] : []),
    ...(!i.alerts[0] && alert?.kind === 'alert' ? [`first alert: ${inline(alert.alert.title, 200)}`] : []),
    ...(look ? [`first seen unhealthy at ${utc(look.at)}`] : []),
  ];
  return `${utc(i.detectedAt)}${more.length > 0 ? ` (${more.join('; ')})` : ''}`;
}

/** Those that were named, and those that a look found unhealthy. */
function impacted(i: Incident, acts: readonly Act[]): string[] {
  const unhealthy = looks(i, acts).flatMap(({ services }) =>
    services.filter(({ verdict }) => verdict === 'unhealthy').map(({ service }) => service),
  );
  return [...i.services, ...unhealthy].map((name) => inline(name, 63)).filter(Boolean);
}
