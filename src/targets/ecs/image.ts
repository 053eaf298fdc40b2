/** Image addresses and the version in them, by the catalog's template (`…/api:{version}`). No I/O here. */
import { escapeRegExp } from 'es-toolkit';

const placeholder = '{version}';

export const imageOf = (template: string, version: string): string =>
  template.replaceAll(placeholder, version);

/** The version in a running image's address; null for one that tells none, such as an address by digest only. */
export function versionOf(template: string, image: string | undefined): string | null {
  if (!image) return null;
  const [address = image] = image.split('@', 1);
  return match(template, address) ?? tagOf(address);
}

/** The template's tag alone: `release-{version}`; null where the version is not in the tag. */
export function tagTemplate(template: string): string | null {
  const tag = tagOf(template);
  return tag?.includes(placeholder) ? tag : null;
}

/** The version that a tag means under a tag template, or null where it does not fit. */
export const match = (template: string, text: string): string | null => {
  const [start = '', ...rest] = template.split(placeholder);
  const pattern = `^${escapeRegExp(start)}(.+)${rest.map(escapeRegExp).join('\\1')}$`;
  return new RegExp(pattern).exec(text)?.[1] ?? null;
};

/** A colon before the last slash belongs to the registry's port. */
const tagOf = (address: string): string | null => /:([^:/]+)$/.exec(address)?.[1] ?? null;
