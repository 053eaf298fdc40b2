/** Which version is meant: what the image's registry holds decides. */
import leven from 'leven';
import { isDenied } from '../../clients/aws-errors.ts';
import { type Image, type Registry, type Repository, repositoryOf } from '../../clients/ecr.ts';
import type { ServicePlace } from '../../config/catalog.ts';
import { isTag, looksLikeVersion } from '../../records/version.ts';
import type { Resolved } from '../target.ts';
import { imageOf, match, tagTemplate } from './image.ts';

/** A version that the registry holds, and when it was pushed. */
interface Offered {
  version: string;
  pushedAt: number;
}

const shownInHint = 3;

/** Throws where the registry cannot be asked. */
export async function resolveVersion(
  ecr: Registry,
  { service, target }: ServicePlace,
  wanted: string | null,
): Promise<Resolved> {
  const repository = repositoryOf(target.image);
  const template = tagTemplate(target.image);
  if (!repository || !template) {
    return wanted === null ? versionNeeded(service, 'its image is not in ECR') : { version: wanted };
  }
  return wanted === null
    ? newest(ecr, service, repository, template)
    : named(ecr, service, repository, template, wanted);
}

const versionNeeded = (service: string, why: string): Resolved => ({
  problem: `The newest version of ${service} can't be told: ${why}.`,
  hint: 'Name the version.',
});

async function newest(
  ecr: Registry,
  service: string,
  repository: Repository,
  template: string,
): Promise<Resolved> {
  try {
    const offered = await allVersions(ecr, repository, template);
    if (offered === null) return noRepository(service, repository);
    const [latest] = offered.filter(({ version }) => looksLikeVersion(version));
    return latest
      ? { version: latest.version }
      : {
          problem: `The repository ${repository.name} holds no image whose tag looks like a version.`,
          hint: 'Push an image first, or name a tag.',
        };
  } catch (error) {
    if (isDenied(error) && error instanceof Error) return versionNeeded(service, error.message);
    throw error;
  }
}

async function named(
  ecr: Registry,
  service: string,
  repository: Repository,
  template: string,
  wanted: string,
): Promise<Resolved> {
  for (const version of spellings(wanted)) {
    const tag = imageOf(template, version);
    if (isTag(tag) && (await ecr.has(repository, tag))) return { version };
  }
  const offered = await allVersions(ecr, repository, template);
  if (offered === null) return noRepository(service, repository);

  const meant = isStartOfCommit(wanted)
    ? offered.filter(({ version }) => version.startsWith(wanted.toLowerCase()))
    : [];
  const [only, ...others] = meant;
  if (only && others.length === 0) return { version: only.version };
  return {
    problem: only
      ? `${wanted} is the start of ${meant.length} versions of ${service}.`
      : `There is no version ${wanted} of ${service}.`,
    hint: only ? `It may be ${listed(meant)}.` : nearestTo(wanted, offered),
  };
}

const noRepository = (service: string, { name, region }: Repository): Resolved => ({
  problem: `The image repository ${name} of ${service} does not exist in ${region}.`,
  hint: "Check the target's image in the catalog.",
});

/** As typed, then with or without the `v`. */
const spellings = (wanted: string): string[] =>
  /^\d/.test(wanted) ? [wanted, `v${wanted}`] : /^v\d/i.test(wanted) ? [wanted, wanted.slice(1)] : [wanted];

const isStartOfCommit = (text: string): boolean => /^[0-9a-f]{5,40}$/i.test(text);

/** Newest first; null where there is no such repository. */
async function allVersions(
  ecr: Registry,
  repository: Repository,
  template: string,
): Promise<Offered[] | null> {
  const images = await ecr.images(repository);
  return (
    images?.flatMap((image) => versionsOf(image, template)).sort((a, b) => b.pushedAt - a.pushedAt) ?? null
  );
}

const versionsOf = ({ tags, pushedAt }: Image, template: string): Offered[] =>
  tags.flatMap((tag) => {
    const version = match(template, tag);
    return version === null ? [] : [{ version, pushedAt }];
  });

function nearestTo(wanted: string, offered: readonly Offered[]): string {
  const versions = offered.filter(({ version }) => looksLikeVersion(version));
  const [latest] = versions;
  if (!latest) return 'The repository holds no versions at all.';
  const near = versions
    .map((one) => ({ ...one, distance: leven(one.version, wanted) }))
    .filter(({ distance }) => distance <= 2)
    .sort((a, b) => a.distance - b.distance);
  return near.length > 0
    ? `Did you mean ${listed(near)}? The newest is ${latest.version}.`
    : `The newest is ${listed(versions)}.`;
}

const listed = (offered: readonly Offered[]): string =>
  offered
    .slice(0, shownInHint)
    .map(({ version }) => version)
    .join(', ');
