/** The app's Home tab; opening it tells the bot, which draws it. */
import type { KnownBlock } from '@slack/types';
import { useEffect } from 'react';
import { Blocks } from './blocks.tsx';
import { useWorld } from './world.ts';

export function Home() {
  const { parts, as, act } = useWorld();
  useEffect(() => void act({ do: 'home', as }), [act, as]);
  const { home, workspace } = parts;
  return (
    <main>
      <header className="bar">
        <h1>{workspace.bot.name}</h1>
        <span className="quiet topic">Home, as {as} sees it</span>
      </header>
      <div className="messages home">
        {home ? (
          <Blocks blocks={home.blocks as KnownBlock[]} place="home" />
        ) : (
          <p className="quiet">The bot has drawn nothing here yet.</p>
        )}
      </div>
    </main>
  );
}
