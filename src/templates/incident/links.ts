/** Links in mrkdwn that hold whatever address they are given. */
import { escaped } from '../text.ts';

/** The label as a link, or the label alone where the address is none that a browser opens, or ends the markup early. */
export function linked(address: string | null, label: string): string {
  if (address === null || !isAddress(address)) return label;
  return `<${address.replaceAll('&', '&amp;')}|${label.replaceAll('|', '¦') || 'link'}>`;
}

const isAddress = (address: string): boolean =>
  address.length <= 1000 && /^https?:\/\/[!-;=?-{}~]+$/.test(address) && URL.canParse(address);

/** A channel by its id, or its name where the id is none of Slack's. */
export const channelLink = ({ id, name }: { id: string; name: string }): string =>
  /^[CG][A-Z0-9]{6,20}$/.test(id) ? `<#${id}>` : escaped(`#${name}`, 80);
