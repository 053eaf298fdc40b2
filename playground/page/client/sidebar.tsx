/** Who one is, which channels there are, and what time it is. */
import { useEffect, useState } from 'react';
import type { Parts } from '../parts.ts';
import { Avatar } from './messages.tsx';
import { isReply, messagesIn, timeOfDay } from './world.ts';

export interface SidebarProps {
  parts: Parts;
  as: string;
  setAs(name: string): void;
  /** A channel's id, or `home`. */
  channel: string;
  onChannel(id: string): void;
}

export function Sidebar({ parts, as, setAs, channel, onChannel }: SidebarProps) {
  const unread = useUnread(parts, channel);
  const { people, organization } = parts.workspace;
  return (
    <nav className="sidebar" aria-label="Workspace">
      <p className="organization">
        {organization} <span>playground</span>
      </p>
      <Clock {...parts.clock} />
      <fieldset className="people">
        <legend>Act as</legend>
        {people.map(({ name, may }) => (
          <label key={name} title={`${name} ${may}`}>
            <input type="radio" name="as" value={name} checked={as === name} onChange={() => setAs(name)} />
            <Avatar name={name} />
            <span>
              {name} <small>{may}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <ul className="channels" aria-label="Channels">
        {parts.workspace.hasHome && (
          <li>
            <button type="button" aria-current={channel === 'home'} onClick={() => onChannel('home')}>
              ⎈ Home
            </button>
          </li>
        )}
        {parts.channels.map(({ id, label }) => (
          <li key={id}>
            <button
              type="button"
              aria-current={id === channel}
              className={unread.has(id) ? 'unread' : ''}
              onClick={() => onChannel(id)}
            >
              {label}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Channels with messages that came while another one was open. */
function useUnread(parts: Parts, open: string): Set<string> {
  const [read, setRead] = useState<Record<string, number>>({});
  const counts = Object.fromEntries(
    parts.channels.map(({ id }) => [id, messagesIn(parts, id).filter((one) => !isReply(one)).length]),
  );
  const count = counts[open] ?? 0;
  useEffect(() => setRead((before) => ({ ...before, [open]: count })), [open, count]);
  return new Set(Object.keys(counts).filter((id) => id !== open && (counts[id] ?? 0) > (read[id] ?? 0)));
}

function Clock({ at, since, scale }: Parts['clock']) {
  const [real, setReal] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setReal(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="clock">
      <time>{timeOfDay(at + (real - since) * scale, true)}</time>{' '}
      {scale === 1 ? 'real time' : `runs ×${scale}`}
    </p>
  );
}
