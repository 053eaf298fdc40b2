/** Block Kit as Slack shows it, with buttons and menus that work. */
import type { KnownBlock } from '@slack/types';
import { memo, type ReactNode } from 'react';
import { type MessageProps, Message as SlackBlocks } from 'slack-blocks-to-jsx';
import type { Parts } from '../parts.ts';
import { Element, isInteractive, type Place } from './elements.tsx';
import { FileButton } from './files.tsx';
import { filesOf, timeOfDay, useWorld } from './world.ts';

export function Blocks({ blocks, place }: { blocks: KnownBlock[]; place: Place }) {
  return runsOf(blocks).map((run, index) => {
    const key = `${index}`;
    return Array.isArray(run) ? (
      <StillBlocks key={key} blocks={run} />
    ) : (
      <LiveBlock key={key} block={run} place={place} />
    );
  });
}

/** Neighbours that only show something are drawn together; what can be used stands alone. */
function runsOf(blocks: KnownBlock[]): (KnownBlock | KnownBlock[])[] {
  const runs: (KnownBlock | KnownBlock[])[] = [];
  for (const block of blocks) {
    const last = runs.at(-1);
    if (isLive(block)) runs.push(block);
    else if (Array.isArray(last)) last.push(block);
    else runs.push([block]);
  }
  return runs;
}

const isLive = (block: KnownBlock): boolean =>
  block.type === 'actions' ||
  (block.type === 'section' && block.accessory !== undefined && isInteractive(block.accessory));

function LiveBlock({ block, place }: { block: KnownBlock; place: Place }) {
  if (block.type === 'actions')
    return (
      <div className="actions">
        {block.elements.map((element, index) => (
          <Element
            key={'action_id' in element ? `${element.action_id}${index}` : index}
            element={element}
            place={place}
          />
        ))}
      </div>
    );
  if (block.type !== 'section' || !block.accessory) return null;
  const { accessory, ...rest } = block;
  return (
    <div className="with-accessory">
      <StillBlocks blocks={[rest]} />
      <Element element={accessory} place={place} />
    </div>
  );
}

export function StillBlocks({ blocks }: { blocks: KnownBlock[] }) {
  const { workspace, channels } = useWorld().parts;
  return <Drawing blocks={blocks} workspace={workspace} channels={channels} />;
}

const noLogo = 'data:,';

/** Drawn again only when the blocks changed, not whenever something else in the world did. */
const Drawing = memo(
  ({ blocks, workspace, channels }: { blocks: KnownBlock[] } & Pick<Parts, 'workspace' | 'channels'>) => (
    <SlackBlocks
      withoutWrapper
      theme="light"
      logo={noLogo}
      name=""
      blocks={forRenderer(blocks)}
      hooks={hooks}
      data={{
        users: [...workspace.people, workspace.bot],
        channels: [...channels],
        user_groups: workspace.groups,
      }}
    />
  ),
  (before, now) =>
    JSON.stringify([before.blocks, before.channels]) === JSON.stringify([now.blocks, now.channels]),
);

/** The renderer's own types are narrower than Slack's, and some of what Slack shows it would not. */
function forRenderer(blocks: KnownBlock[]): MessageProps['blocks'] {
  return JSON.parse(JSON.stringify(blocks, (key, value) => (key === 'verbatim' ? undefined : shown(value))));
}

/**
 * In `verbatim` texts it shows no formatting at all, where Slack only leaves plain words alone (Slack documentation,
 * text object); and what looks like HTML it leaves out, unless an invisible sign stands behind the bracket.
 */
const shown = (value: unknown): unknown =>
  typeof value === 'object' && value && 'type' in value && value.type === 'mrkdwn' && 'text' in value
    ? { ...value, text: String(value.text).replaceAll('&lt;', '&lt;\u2060') }
    : value;

const hooks: NonNullable<MessageProps['hooks']> = {
  link: ({ href, children, className }) => (
    <Link href={href} className={className}>
      {children}
    </Link>
  ),
  date: ({ timestamp, format, fallback }) => <time>{slackDate(Number(timestamp), format) ?? fallback}</time>,
};

/** Only what leads to the web or to a mail is a link; anything else is shown as the words that it is. */
function Link({ href, className, children }: { href: string; className: string; children: ReactNode }) {
  const { parts } = useWorld();
  if (!/^(https?:|mailto:)/i.test(href)) return <span>{children}</span>;
  const file = filesOf(parts).find(({ permalink }) => permalink === href);
  if (file)
    return (
      <FileButton file={file} className="link">
        {children}
      </FileButton>
    );
  return (
    <a href={href} className={className} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

/** Slack documentation, "Date formatting"; nothing for what is no date. */
function slackDate(seconds: number, format: string): string | undefined {
  if (!Number.isFinite(seconds)) return undefined;
  const at = seconds * 1000;
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  const date = new Date(at).toLocaleDateString([], { month: 'short', day: 'numeric', year: 'numeric' });
  return format
    .replace(/\{time(_secs)?\}/g, (_, secs) => timeOfDay(at, Boolean(secs)))
    .replace(/\{date\w*pretty\}/g, isToday ? 'today' : date)
    .replace(/\{date\w*\}/g, date)
    .replace('{ago}', date);
}
