/** The thread under a deployment's card: one message for each line of its story that is worth telling. */
import type { KnownBlock } from '@slack/types';
import type { Deployment, StoryEntry } from '../records/deployment.ts';
import { context, section } from './blocks.ts';
import { manyServices } from './changes.ts';
import type { Message } from './message.ts';
import { code, cut, escaped, handle, plural } from './text.ts';

/**
 * The message for one entry, or null where the card alone shows it. Only the entry, those before it and what never
 * changes in the record are read: a line is posted once and must always come out the same.
 */
export function storyLine(d: Deployment, index: number): Message | null {
  const entry = d.story[index];
  const line = entry && sentence(d, entry, index);
  if (!line) return null;
  const blocks: KnownBlock[] = [section(line), ...evidenceBlocks(entry.evidence)];
  return { text: cut(`${escaped(d.id)}: ${line}`, 1000), blocks };
}

const evidenceBlocks = (evidence: readonly string[]): KnownBlock[] =>
  evidence.length > 0
    ? [
        context(
          evidence
            .slice(0, 5)
            .map((line) => code(line, 500))
            .join('\n'),
        ),
      ]
    : [];

function sentence(d: Deployment, entry: StoryEntry, index: number): string | null {
  const service = entry.service ? code(entry.service, 63) : '';
  const by = entry.by ? ` by ${handle(entry.by)}` : '';
  const detail = entry.detail ? escaped(entry.detail, 1500) : '';
  const because = detail ? `: ${detail}` : '';
  const many = d.releases.length > manyServices;
  switch (entry.event) {
    case 'requested':
    case 'planned':
    case 'approval-asked':
    case 'service-updated':
      return null;
    case 'approved':
      return `👍 *Approved*${by}${because}`;
    case 'rejected':
      return `🚫 *Rejected*${by}${because}`;
    case 'expired':
      return `⌛ *Nobody approved it in time*${because}`;
    case 'plan-changed':
      return `⚠️ *The plan changed after it was approved*, so it has to be approved again${because}`;
    case 'waiting-for-lock':
      return `🔒 *Waiting for its turn*${because}`;
    case 'started':
      return `▶️ *Started*${because}`;
    case 'stage-started':
      return `🚀 *${stageName(entry)} starts*`;
    case 'service-stable':
      return many ? null : `✅ ${service} is stable${because}`;
    case 'service-unchanged':
      return many ? null : `☑️ ${service} already ran the wanted version${because}`;
    case 'service-failed':
      return `❌ ${service} failed${because}`;
    case 'stage-verified':
      return `✅ *${stageName(entry)} is verified*${many ? countsSince(d, index) : ''}`;
    case 'verification-failed':
      return `❌ *Verification failed* ${service}${because}`.replace('  ', ' ');
    case 'watch-started':
      return `👀 *The watch begins*${because}`;
    case 'watch-failed':
      return `❌ *The watch failed* ${service}${because}`.replace(' :', ':');
    case 'stop-asked':
      return `✋ *Stopped*${by}${because}`;
    case 'rollback-started':
      return `↩️ *Rolling back*${because}`;
    case 'service-restored':
      return many ? null : `✅ ${service} is put back${because}`;
    case 'rollback-verified':
      return `✅ *The rollback is verified*${many ? restoredCount(d, index) : because}`;
    case 'rollback-failed':
      return `❌ *The rollback failed*${because}`;
    case 'could-not-tell':
      return `❔ *Could not tell*${because}; looking again`;
    case 'held':
      return `✋ *Held: somebody has to decide*${because}`;
    case 'answered':
      return `💬 *${answers[entry.detail ?? ''] ?? 'Decided'}*${entry.by ? by : ', because nobody answered in time'}`;
    case 'ended':
      return `🏁 *${endings[entry.detail ?? ''] ?? 'Ended'}*`;
  }
}

/** The engine tells a stage by its place in the order, beginning at 1. */
const stageName = (entry: StoryEntry): string =>
  entry.detail ? `Stage ${escaped(entry.detail, 100)}` : 'The stage';

const answers: Readonly<Record<string, string>> = {
  retry: 'Trying again',
  'roll-back': 'Rolling back',
  leave: 'Left as it is',
};

const endings: Readonly<Record<string, string>> = {
  succeeded: 'Done',
  planned: 'Planned; nothing was changed',
  refused: 'Refused; nothing was changed',
  rejected: 'Rejected; nothing was changed',
  cancelled: 'Cancelled; nothing was changed',
  expired: 'Expired; nothing was changed',
  failed: 'Failed',
  'rolled-back': 'Rolled back: every changed service runs what it ran before',
  left: 'Left as it is',
};

/** For a stage of many services, which were not told one by one: what became of them since it began. */
function countsSince(d: Deployment, index: number): string {
  const begin = d.story.slice(0, index).findLastIndex((e) => e.event === 'stage-started');
  const since = d.story.slice(Math.max(0, begin), index);
  const stable = since.filter((e) => e.event === 'service-stable').length;
  const unchanged = since.filter((e) => e.event === 'service-unchanged').length;
  const words = [
    ...(stable > 0 ? [`${plural(stable, 'service')} stable`] : []),
    ...(unchanged > 0 ? [`${plural(unchanged, 'service')} ran it already`] : []),
  ];
  return words.length > 0 ? `: ${words.join(', ')}` : '';
}

function restoredCount(d: Deployment, index: number): string {
  const restored = d.story.slice(0, index).filter((e) => e.event === 'service-restored').length;
  return restored > 0 ? `: ${plural(restored, 'service')} put back` : '';
}
