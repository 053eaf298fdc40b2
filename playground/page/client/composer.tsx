/** Where a person types: messages, and slash commands with what can be typed next. */
import { type KeyboardEvent, useId, useState } from 'react';
import type { Parts } from '../parts.ts';
import { Menu } from './menu.tsx';
import { useWorld } from './world.ts';

interface ComposerProps {
  channel: { id: string; label: string };
  thread?: string;
  text: string;
  onText(text: string): void;
}

export function Composer({ channel, thread, text, onText }: ComposerProps) {
  const { as, act, parts } = useWorld();
  const [marked, setMarked] = useState(0);
  const [isDismissed, setDismissed] = useState(false);
  const listId = useId();
  const offers = isDismissed || thread ? [] : offersFor(text, parts);
  const usage = parts.workspace.commands.find(({ command }) => text.startsWith(`${command} `));

  const change = (now: string) => {
    onText(now);
    setMarked(0);
    setDismissed(false);
  };
  const take = (offer: Offer | undefined) => offer && change(offer.text);
  const say = () => {
    if (text.trim() === '') return;
    change('');
    void act({ do: 'say', as, in: channel.id, text: text.trim(), ...(thread && { thread }) });
  };
  const onKey = (event: KeyboardEvent) => {
    const taken = keys(event.key);
    if (taken) {
      event.preventDefault();
      taken();
    }
  };
  const keys = (key: string): (() => void) | undefined => {
    if (key === 'Enter' && offers.some((offer) => offer.text.trim() === text.trim())) return say;
    if (key === 'Enter') return offers.length > 0 && !text.includes(' ') ? () => take(offers[marked]) : say;
    if (offers.length === 0) return undefined;
    if (key === 'ArrowDown') return () => setMarked((marked + 1) % offers.length);
    if (key === 'ArrowUp') return () => setMarked((marked + offers.length - 1) % offers.length);
    if (key === 'Tab') return () => take(offers[marked]);
    if (key === 'Escape') return () => setDismissed(true);
    return undefined;
  };

  const shortcuts = parts.workspace.shortcuts.filter(({ type }) => type === 'global');
  const prompt = thread ? 'Reply…' : `Message ${channel.label}, or / for a command`;
  return (
    <div className="composer">
      {offers.length > 0 && (
        <div className="offers" role="listbox" id={listId} aria-label="What can be typed">
          {offers.map((offer, index) => (
            <div
              key={offer.text}
              role="option"
              aria-selected={index === marked}
              tabIndex={-1}
              onMouseDown={(event) => {
                event.preventDefault();
                take(offer);
              }}
            >
              <strong>{offer.label}</strong> <span className="quiet">{offer.meaning}</span>
            </div>
          ))}
        </div>
      )}
      <div className="composer-line">
        {!thread && shortcuts.length > 0 && (
          <Menu label="Shortcuts" sign="⚡">
            {shortcuts.map(({ name, callbackId }) => (
              <button
                key={callbackId}
                type="button"
                onClick={() => void act({ do: 'shortcut', as, callbackId })}
              >
                {name}
              </button>
            ))}
          </Menu>
        )}
        <input
          type="text"
          value={text}
          placeholder={prompt}
          aria-label={prompt}
          role="combobox"
          aria-expanded={offers.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => change(target.value)}
          onKeyDown={onKey}
        />
        <button type="button" className="send" aria-label="Send" disabled={text.trim() === ''} onClick={say}>
          ➤
        </button>
      </div>
      {usage && (
        <p className="quiet usage">
          {usage.command} {usage.usage}
        </p>
      )}
    </div>
  );
}

interface Offer {
  /** The composer's text when it is taken. */
  text: string;
  label: string;
  meaning: string;
}

/** Commands while the first word is typed, then words that fit behind it. */
function offersFor(text: string, { workspace, images }: Parts): Offer[] {
  if (!text.startsWith('/')) return [];
  const before = text.slice(0, text.lastIndexOf(' ') + 1);
  const typed = text.slice(before.length);
  if (before === '')
    return workspace.commands
      .filter(({ command }) => command.startsWith(typed))
      .map(({ command, description }) => ({ text: `${command} `, label: command, meaning: description }));
  const count = before.trim().split(/\s+/).length;
  const words = wordsFor(before.split(' ')[0] ?? '', count, { workspace, images });
  return words
    .filter(([word]) => word.startsWith(typed) && word !== typed && !before.split(' ').includes(word))
    .slice(0, 8)
    .map(([word, meaning]) => ({ text: `${before}${word} `, label: word, meaning }));
}

function wordsFor(
  command: string,
  count: number,
  { workspace, images }: Pick<Parts, 'workspace' | 'images'>,
): [string, string][] {
  if (command === '/ops')
    return count === 1
      ? [
          ['status', ''],
          ['audit', ''],
          ['help', ''],
        ]
      : [];
  const environments = workspace.clusters.map(({ environment }): [string, string] => [
    environment,
    'environment',
  ]);
  const services: [string, string][] = [
    ['all', 'every service'],
    ...workspace.services.map((name): [string, string] => [name, 'service']),
  ];
  const versions = [...new Set(images.map(({ version }) => version))].map((version): [string, string] => [
    version,
    'version',
  ]);
  if (count === 1) return command === '/rollback' ? [...environments, ...services] : environments;
  if (count === 2) return services;
  return command === '/health' ? [['--full', 'all probes']] : versions;
}
