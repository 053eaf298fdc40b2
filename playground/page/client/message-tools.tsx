/** What a person can do with a message: 📌, the app's shortcuts, and with one's own also edit and delete. */
import { useState } from 'react';
import type { Message } from '../../slack/types.ts';
import { Dialog } from './dialog.tsx';
import { Menu } from './menu.tsx';
import { useWorld } from './world.ts';

export function MessageTools({ message }: { message: Message }) {
  const { as, act, parts } = useWorld();
  const [isEditing, setEditing] = useState(false);
  const { people, shortcuts } = parts.workspace;
  const place = { channel: message.channel, ts: message.ts };
  const isOwn = people.find(({ name }) => name === as)?.id === message.user;
  return (
    <div className="message-tools">
      <button
        type="button"
        aria-label="React with 📌"
        title="React with 📌"
        onClick={() => void act({ do: 'react', as, name: 'pushpin', message: place })}
      >
        📌
      </button>
      <Menu label="More actions" sign="⋯">
        {shortcuts
          .filter(({ type }) => type === 'message')
          .map(({ name, callbackId }) => (
            <button
              key={callbackId}
              type="button"
              onClick={() => void act({ do: 'shortcut', as, callbackId, message: place })}
            >
              {name}
            </button>
          ))}
        {isOwn && (
          <>
            <button type="button" onClick={() => setEditing(true)}>
              Edit message
            </button>
            <button type="button" onClick={() => void act({ do: 'remove', as, message: place })}>
              Delete message
            </button>
          </>
        )}
      </Menu>
      {isEditing && <Editing message={message} onEnd={() => setEditing(false)} />}
    </div>
  );
}

function Editing({ message: { text: before, channel, ts }, onEnd }: { message: Message; onEnd(): void }) {
  const { as, act } = useWorld();
  const [text, setText] = useState(unescaped(before));
  const save = () => {
    onEnd();
    void act({ do: 'edit', as, text: text.trim(), message: { channel, ts } });
  };
  return (
    <Dialog title="Edit message" onClose={onEnd}>
      <div className="form-body">
        <textarea
          aria-label="Message"
          rows={4}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </div>
      <footer>
        <button type="button" className="slack-button" onClick={onEnd}>
          Cancel
        </button>
        <button type="button" className="slack-button primary" disabled={text.trim() === ''} onClick={save}>
          Save
        </button>
      </footer>
    </Dialog>
  );
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
