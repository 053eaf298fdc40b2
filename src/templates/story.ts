/** The thread under a deployment's card: one message for each line of its story that is worth telling. */
import type { KnownBlock } from '@slack/types';
import type { Deployment, StoryEntry } from '../records/deployment.ts';
import { context, section } from './blocks.ts';
import { manyServices } from './changes.ts';
import type { Message } from './message.ts';
import { clockTime, code, cut, duration, escaped, handle, mention, plural } from './text.ts';

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

/** What a sentence is made of; all of it is mrkdwn, and empty where the entry does not tell it. */
interface Words {
  entry: StoryEntry;
  service: string;
  /** " by @ben". */
  by: string;
  detail: string;
  /** Rings whoever asked for the deployment: when they are needed, and when it is over. */
  asker: string;
  /** ": the reason". */
  because: string;
  /** Services are not told one by one. */
  many: boolean;
  /** The entries before this one. */
  before: readonly StoryEntry[];
}

function sentence(d: Deployment, entry: StoryEntry, index: number): string | null {
  const detail = entry.detail ? escaped(entry.detail, 1500) : '';
  return sentences[entry.event]({
    entry,
    service: entry.service ? code(entry.service, 63) : 'A service',
    by: entry.by ? ` by ${handle(entry.by)}` : '',
    detail,
    asker: mention(d.requestedBy),
    because: detail ? `: ${detail}` : '',
    many: d.releases.length > manyServices,
    before: d.story.slice(0, index),
  });
}

const sentences: Record<StoryEntry['event'], (words: Words) => string | null> = {
  requested: () => null,
  planned: () => null,
  'approval-asked': () => null,
  approved: ({ by, because }) => `👍 *Approved*${by}${because}`,
  rejected: ({ by, because }) => `🚫 *Rejected*${by}${because}`,
  expired: ({ detail }) =>
    detail ? `⌛ *Waited long enough*: ${detail}` : '⌛ *Nobody approved it in time*',
  'plan-changed': ({ because }) => `⚠️ *The plan is no longer what it was*${because}`,
  'waiting-for-lock': ({ detail }) => `🔒 *Waiting for its turn*${detail ? ` behind ${detail}` : ''}`,
  started: ({ because }) => `▶️ *Started*${because}`,
  'stage-started': ({ entry }) => `🚀 *${stageName(entry)} starts*`,
  'service-updated': () => null,
  'service-stable': ({ many, service, because }) => (many ? null : `✅ ${service} is stable${because}`),
  'service-unchanged': ({ many, service, because }) =>
    many ? null : `☑️ ${service} already ran the wanted version${because}`,
  'service-failed': ({ service, because }) => `❌ ${service} failed${because}`,
  'stage-verified': ({ entry, many, before }) =>
    `✅ *${stageName(entry)} is verified*${many ? countsSince(before) : ''}`,
  'verification-failed': ({ service, because }) => `❌ ${service} *did not pass its checks*${because}`,
  'watch-started': ({ entry }) => `👀 *The watch begins*${untilWords(entry.detail)}`,
  'watch-failed': ({ because }) => `❌ *The watch failed*${because}`,
  'stop-asked': ({ by, because }) => `✋ *Stopped*${by}${because}`,
  'rollback-started': ({ because }) => `↩️ *Rolling back*${because}`,
  'service-restored': ({ many, service, entry }) =>
    many ? null : `✅ ${service} is put back${entry.detail ? ` to ${code(entry.detail, 60)}` : ''}`,
  'rollback-verified': ({ many, before }) =>
    `✅ *The rollback is verified*${many ? restoredCount(before) : ''}`,
  'rollback-failed': ({ because }) => `❌ *The rollback failed*${because}`,
  'could-not-tell': ({ because }) => `❔ *Could not tell*${because}; looking again`,
  held: ({ because, asker }) => `✋ *Held: somebody has to decide*, ${asker}${because}`,
  answered: ({ entry, by }) =>
    `💬 *${answers.get(entry.detail ?? '') ?? 'Decided'}*${by || ', because nobody answered in time'}`,
  halted: ({ because }) => `⏸️ *Halted* before its next step${because}`,
  resumed: () => '▶️ *Going on*: the emergency was cleared; checks and the watch begin anew',
  ended: ({ entry, before, asker }) => endSentence(entry, before, asker),
};

/** The engine tells a stage by its place in the order, beginning at 1. */
const stageName = (entry: StoryEntry): string =>
  entry.detail ? `Stage ${escaped(entry.detail, 100)}` : 'The stage';

/** The engine tells the end of the watch in milliseconds since 1970. */
function untilWords(detail: string | null): string {
  if (!detail) return '';
  return /^\d{1,16}$/.test(detail)
    ? ` and lasts until ${clockTime(Number(detail))}`
    : `: ${escaped(detail, 200)}`;
}

const answers = new Map([
  ['retry', 'Trying again'],
  ['roll-back', 'Rolling back'],
  ['leave', 'Left as it is'],
]);

/** Endings that an entry just before has told already are missing. */
const endings = new Map([
  ['succeeded', '🏁 *Done*'],
  ['refused', '⛔ *Refused*: nothing was changed'],
  ['cancelled', '🏁 *Cancelled*: nothing was changed'],
  ['failed', '❌ *Failed*'],
  ['rolled-back', '🏁 *Rolled back*: every changed service runs what it ran before'],
  ['left', '⚠️ *Left as it is*'],
]);

function endSentence(entry: StoryEntry, before: readonly StoryEntry[], asker: string): string | null {
  const line = endings.get(entry.detail ?? '');
  if (!line) return null;
  const started = before.find((e) => e.event === 'started')?.at;
  return `${line}${started === undefined ? '' : `, after ${duration(entry.at - started)}`} · ${asker}`;
}

/** For a stage of many services, which were not told one by one: what became of them since it began. */
function countsSince(before: readonly StoryEntry[]): string {
  const begin = before.findLastIndex((e) => e.event === 'stage-started');
  const since = before.slice(Math.max(0, begin));
  const stable = since.filter((e) => e.event === 'service-stable').length;
  const unchanged = since.filter((e) => e.event === 'service-unchanged').length;
  const words = [
    ...(stable > 0 ? [`${plural(stable, 'service')} stable`] : []),
    ...(unchanged > 0 ? [`${plural(unchanged, 'service')} ran it already`] : []),
  ];
  return words.length > 0 ? `: ${words.join(', ')}` : '';
}

function restoredCount(before: readonly StoryEntry[]): string {
  const restored = before.filter((e) => e.event === 'service-restored').length;
  return restored > 0 ? `: ${plural(restored, 'service')} put back` : '';
}
