/** Everything that people would see of a deployment from its request on, whatever its words are. */
import { type Deployment, storyEvents } from '../../src/records/deployment.ts';
import { deploymentCard } from '../../src/templates/deployment-card.ts';
import { planReply } from '../../src/templates/plan.ts';
import { storyLine } from '../../src/templates/story.ts';
import { violations } from '../templates/limits.ts';
import { approvers, checklist, done, failedRollout, release } from '../templates/samples.ts';

/** What is wrong with the drawings of a deployment, and of one thing that may become of it: another for the next one. */
export function drawingViolations(requested: Deployment): string[] {
  const fates = [planned, underWay, refused];
  const fate = fates[numberOf(requested) % fates.length] ?? planned;
  return [requested, fate(requested)].flatMap((d) => [
    ...violations(deploymentCard(d, { now: d.requestedAt, approvers, checklist })),
    ...violations(planReply(d, approvers)),
    ...d.story.flatMap((_, index) => {
      const line = storyLine(d, index);
      return line ? violations(line) : [];
    }),
  ]);
}

const releasesOf = ({ wanted: { services, version } }: Deployment, rollout = done) =>
  services.map((service, index) => ({
    ...release(service, index + 1, rollout),
    to: { version: version ?? 'v1.0.0', ref: null },
  }));

const planned = (d: Deployment): Deployment => ({
  ...d,
  step: 'ended',
  ending: 'planned',
  releases: releasesOf(d),
});

/** Some of the events that a story knows, others for the next deployment, all of them with its person and its reason. */
const underWay = (d: Deployment): Deployment => ({
  ...d,
  step: 'rollback',
  releases: releasesOf(d, failedRollout),
  stoppedBy: d.requestedBy,
  problem: { summary: d.reason ?? 'stopped', service: null, evidence: [d.requestedBy.name] },
  story: storyEvents
    .filter((_, index) => index % 7 === numberOf(d) % 7)
    .map((event) => ({
      at: d.requestedAt,
      event,
      service: d.wanted.services[0] ?? null,
      by: d.requestedBy,
      detail: d.reason,
      evidence: [d.reason ?? '', d.wanted.version ?? ''],
    })),
});

const numberOf = ({ id }: Deployment): number => Number(id.replace('D-', ''));

const refused = (d: Deployment): Deployment => ({
  ...d,
  step: 'ended',
  ending: 'refused',
  refusal: {
    code: 'unknown-version',
    message: `There is no ${d.wanted.version}: ${d.reason}`,
    hint: d.reason ?? 'Look again.',
  },
});
