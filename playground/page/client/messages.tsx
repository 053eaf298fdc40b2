/** A channel, and a thread beside it. */
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import type { Message } from '../../slack/types.ts';
import { Blocks, StillBlocks } from './blocks.tsx';
import { Files } from './files.tsx';
import { MessageTools } from './message-tools.tsx';
import { isReply, messagesIn, timeOfDay, useWorld } from './world.ts';

export function ChannelMessages({
  channel,
  onThread,
  intro,
}: {
  channel: string;
  onThread(ts: string): void;
  intro: ReactNode;
}) {
  const { parts } = useWorld();
  const all = messagesIn(parts, channel);
  const shown = all.filter((message) => !isReply(message));
  return (
    <Scroller watch={`${channel} ${shown.length}`}>
      {shown.length === 0 && intro}
      {shown.map((message) => (
        <MessageView
          key={message.ts}
          message={message}
          replies={all.filter(({ threadTs, ts }) => threadTs === message.ts && ts !== threadTs)}
          onThread={onThread}
        />
      ))}
    </Scroller>
  );
}

export function ThreadMessages({ channel, ts }: { channel: string; ts: string }) {
  const { parts } = useWorld();
  const shown = messagesIn(parts, channel).filter((message) => message.ts === ts || message.threadTs === ts);
  return (
    <Scroller watch={`${ts} ${shown.length}`}>
      {shown.map((message) => (
        <MessageView key={message.ts} message={message} replies={[]} />
      ))}
    </Scroller>
  );
}

/** Stays at its end while somebody looks at the end. */
function Scroller({ watch, children }: { watch: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const toEnd = () => {
      if (isAtEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
    };
    const observer = new ResizeObserver(toEnd);
    for (const child of box.current?.children ?? []) observer.observe(child);
    return () => observer.disconnect();
  });
  useLayoutEffect(() => {
    if (watch && isAtEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [watch]);
  const onScroll = () => {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = box.current ?? {};
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 80;
  };
  return (
    <div className="messages" ref={box} onScroll={onScroll} role="log" aria-label="Messages">
      {children}
    </div>
  );
}

interface MessageViewProps {
  message: Message;
  replies: Message[];
  onThread?(ts: string): void;
}

function MessageView({ message, replies, onThread }: MessageViewProps) {
  const { parts } = useWorld();
  const { workspace } = parts;
  const author =
    message.kind === 'slackbot'
      ? 'Slackbot'
      : (workspace.people.find(({ id }) => id === message.user)?.name ?? workspace.bot.name);
  const isApp = message.byBot || message.kind === 'slackbot';
  return (
    <article
      className={message.kind === 'message' ? 'message' : 'message private'}
      aria-label={`Message of ${author}`}
    >
      <Avatar name={author} isApp={isApp} />
      <div className="message-body">
        {message.kind !== 'message' && <p className="quiet">👁 Only visible to you</p>}
        <p className="message-head">
          <strong>{author}</strong>
          {isApp && <span className="app">APP</span>}
          <time className="quiet">{timeOfDay(Number(message.ts) * 1000)}</time>
        </p>
        {message.pinned && <p className="quiet">📌 Pinned</p>}
        {message.blocks.length > 0 ? (
          <Blocks blocks={message.blocks} place={{ channel: message.channel, ts: message.ts }} />
        ) : (
          message.text && (
            <StillBlocks blocks={[{ type: 'section', text: { type: 'mrkdwn', text: message.text } }]} />
          )
        )}
        <Files ids={message.files.map(({ id }) => id)} />
        {message.edited && <span className="quiet edited">(edited)</span>}
        {message.reactions.length > 0 && (
          <p className="reactions">
            {message.reactions.map(({ name, count }) => (
              <span key={name}>
                {name === 'pushpin' ? '📌' : `:${name}:`} {count}
              </span>
            ))}
          </p>
        )}
        {onThread && message.kind === 'message' && (
          <button
            type="button"
            className={replies.length > 0 ? 'replies' : 'replies none'}
            onClick={() => onThread(message.ts)}
          >
            {replies.length === 0
              ? 'Reply in thread'
              : `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`}
            {replies.length > 0 && (
              <span className="quiet"> last at {timeOfDay(Number(replies.at(-1)?.ts) * 1000)}</span>
            )}
          </button>
        )}
      </div>
      {message.kind === 'message' && <MessageTools message={message} />}
    </article>
  );
}

export function Avatar({ name, isApp = false }: { name: string; isApp?: boolean }) {
  return (
    <span className={`avatar ${isApp ? 'of-app' : `of-${name}`}`} aria-hidden="true">
      {isApp ? '⎈' : name.slice(0, 1).toUpperCase()}
    </span>
  );
}
