/** A channel's name, topic, members, bookmarks, pins and files. */
import type { Parts } from '../parts.ts';
import { FileList } from './files.tsx';
import { Menu } from './menu.tsx';
import { filesOf, messagesIn, useWorld } from './world.ts';

type Channel = Parts['channels'][number];

export function ChannelHeader({ channel }: { channel: Channel }) {
  const { parts } = useWorld();
  const { id, label, topic, purpose, members, bookmarks, pins, archived } = channel;
  const files = filesOf(parts).filter(({ channels }) => channels.includes(id));
  return (
    <>
      <header className="bar">
        <h1>{label}</h1>
        {archived && <span className="bad">archived</span>}
        <span className="quiet topic" title={purpose}>
          {topic || purpose}
        </span>
        <span className="quiet members" title={members.join(', ')}>
          {members.length} members
        </span>
      </header>
      {bookmarks.length + pins.length + files.length > 0 && (
        <nav className="bookmarks" aria-label="Bookmarks, pins and files">
          {pins.length > 0 && (
            <Menu label="Pinned messages" sign={`📌 ${pins.length}`}>
              <Pins channel={channel} />
            </Menu>
          )}
          {files.length > 0 && (
            <Menu label="Files" sign={`📄 ${files.length}`}>
              <FileList files={files} />
            </Menu>
          )}
          {bookmarks.map(({ id: bookmark, title, link }) => (
            <a key={bookmark} href={link} target="_blank" rel="noopener noreferrer">
              {title}
            </a>
          ))}
        </nav>
      )}
    </>
  );
}

function Pins({ channel: { id, pins } }: { channel: Channel }) {
  const { parts } = useWorld();
  return messagesIn(parts, id)
    .filter(({ ts }) => pins.includes(ts))
    .map(({ ts, text }) => (
      <p key={ts} className="pin">
        {text}
      </p>
    ));
}
