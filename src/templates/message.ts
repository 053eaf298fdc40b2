/** What a template gives: a message in Slack's newest blocks, its plain twin, and the text for notifications. */
import type { KnownBlock } from '@slack/types';

export interface Message {
  /** Shown in notifications and by screen readers; already escaped. */
  text: string;
  blocks: KnownBlock[];
  /** Only sections, contexts, headers, dividers and actions; for workspaces that refuse the newer blocks. */
  plain?: KnownBlock[];
}
