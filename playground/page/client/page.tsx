/** The playground's page: channels, chat, thread and cloud, seen and used as one of several people. */
import { useCallback, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { Act } from '../acts.ts';
import type { Parts } from '../parts.ts';
import { ChannelHeader } from './channel-header.tsx';
import { CloudPanel } from './cloud.tsx';
import { Composer } from './composer.tsx';
import { Form } from './form.tsx';
import { Home } from './home.tsx';
import { ChannelMessages, ThreadMessages } from './messages.tsx';
import { Sidebar } from './sidebar.tsx';
import { send, useLive, WorldContext } from './world.ts';

type Pane = 'chat' | 'thread' | 'cloud';

function Page() {
  const [as, setAs] = useState('ana');
  const { parts, isLost } = useLive(as);
  const [trouble, setTrouble] = useState('');
  const act = useCallback(async (wanted: Act) => setTrouble((await send(wanted)) ?? ''), []);
  const world = useMemo(() => parts && { parts, as, act }, [parts, as, act]);
  if (!world)
    return (
      <p className="loading">{isLost ? 'The playground does not answer.' : 'Opening the playground…'}</p>
    );
  return (
    <WorldContext value={world}>
      <Desk {...{ parts: world.parts, as, setAs }} />
      {world.parts.modal && (
        <Form
          key={`${as} ${world.parts.modal.id} ${world.parts.modal.blocks.length}`}
          view={world.parts.modal}
        />
      )}
      <output className="toast">
        {isLost ? 'The playground has ended, or is away.' : trouble}
        {!isLost && trouble && (
          <button type="button" className="close" aria-label="Close" onClick={() => setTrouble('')}>
            ✕
          </button>
        )}
      </output>
    </WorldContext>
  );
}

interface DeskProps {
  parts: Parts;
  as: string;
  setAs(name: string): void;
}

function Desk({ parts, as, setAs }: DeskProps) {
  const [channelId, setChannel] = useState(parts.channels[0]?.id ?? '');
  const [thread, setThread] = useState<string | null>(null);
  const [pane, setPane] = useState<Pane>('chat');
  const [side, setSide] = useState<'thread' | 'cloud'>('cloud');
  const [text, setText] = useState('');
  const [reply, setReply] = useState('');
  const channel = parts.channels.find(({ id }) => id === channelId) ?? parts.channels[0];
  if (!channel) return null;
  const isHome = channelId === 'home';
  const tryOut = (command: string) => {
    setText(command);
    document.querySelector<HTMLInputElement>('main .composer input')?.focus();
  };
  const openThread = (ts: string | null) => {
    setThread(ts);
    setSide(ts ? 'thread' : 'cloud');
    setPane(ts ? 'thread' : 'chat');
  };
  const openSide = (which: 'thread' | 'cloud') => {
    setSide(which);
    setPane(which);
  };
  const openChannel = (id: string) => {
    setChannel(id);
    openThread(null);
  };
  return (
    <div className={`desk pane-${pane}`}>
      <Sidebar {...{ parts, as, setAs, channel: isHome ? 'home' : channel.id }} onChannel={openChannel} />
      {isHome ? (
        <Home key={as} />
      ) : (
        <main>
          <ChannelHeader channel={channel} />
          <ChannelMessages
            channel={channel.id}
            onThread={openThread}
            intro={<Intro channel={channel.label} onTry={tryOut} />}
          />
          <Composer channel={channel} text={text} onText={setText} />
        </main>
      )}
      <aside aria-label={side === 'thread' ? 'Thread' : 'Cloud'}>
        <header className="bar tabs">
          <button type="button" aria-pressed={side === 'cloud'} onClick={() => openSide('cloud')}>
            Cloud
          </button>
          {thread && (
            <button type="button" aria-pressed={side === 'thread'} onClick={() => openSide('thread')}>
              Thread
            </button>
          )}
          {side === 'thread' && (
            <button
              type="button"
              className="close"
              aria-label="Close the thread"
              onClick={() => openThread(null)}
            >
              ✕
            </button>
          )}
        </header>
        {side === 'thread' && thread ? (
          <>
            <ThreadMessages channel={channel.id} ts={thread} />
            <Composer channel={channel} thread={thread} text={reply} onText={setReply} />
          </>
        ) : (
          <CloudPanel />
        )}
      </aside>
      <nav className="panes" aria-label="Parts of the page">
        {(thread ? (['chat', 'thread', 'cloud'] as const) : (['chat', 'cloud'] as const)).map((one) => (
          <button
            type="button"
            key={one}
            aria-pressed={pane === one}
            onClick={() => (one === 'chat' ? setPane('chat') : openSide(one))}
          >
            {one}
          </button>
        ))}
      </nav>
    </div>
  );
}

const tries = [
  ['/deploy staging all v1.5.0', 'a release goes to staging'],
  ['/deploy production all', 'and, once staging has proven it, to production: somebody else has to approve'],
  ['/rollback api-gateway', 'one service goes back'],
  ['/health production', 'how everything is'],
  ['/ops status', 'what runs where'],
  ['/incident P1 api-gateway checkout is down', 'an incident begins'],
] as const;

function Intro({ channel, onTry }: { channel: string; onTry(command: string): void }) {
  return (
    <div className="intro">
      <h2>{channel}</h2>
      <p>
        Everything here is simulated, except for the bot: it is the real one. Type a command below, act as
        somebody else on the left, break things on the right.
      </p>
      <ul>
        {tries.map(([command, meaning]) => (
          <li key={command}>
            <button type="button" onClick={() => onTry(command)}>
              <code>{command}</code>
            </button>{' '}
            <span className="quiet">{meaning}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const root = document.getElementById('page');
if (root) createRoot(root).render(<Page />);
