/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** What the page knows of the world, and how it acts on it. */
import { createContext, useContext, useEffect, useState } from 'react';
import type { Message, OpenedFile } from '../../slack/types.ts';
import type { Act, Done } from '../acts.ts';
import type { Change } from '../live.ts';
import type { Parts } from '../parts.ts';

/** Follows the world as this person sees it; null until it is known, and `lost` while the playground is away. */
export function useLive(as: string): { parts: Parts | null; isLost: boolean } {
  const [parts, setParts] = useState<Parts | null>(null);
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    let known: Partial<Parts> = {};
    const source = new EventSource(`/live?as=${encodeURIComponent(as)}`);
    source.onopen = () => {
      known = {};
      setLost(false);
    };
    source.onerror = () => setLost(true);
    source.onmessage = ({ data }) => {
      const { set, drop }: Change<Partial<Parts>> = JSON.parse(data);
      known = { ...known, ...set };
      for (const name of drop) Reflect.deleteProperty(known, name);
      setParts(known as Parts);
    };
    return () => source.close();
  }, [as]);
  return { parts, isLost };
}

export interface World {
  parts: Parts;
  as: string;
  /** Does it; what did not work is shown to the person. */
  act(wanted: Act): Promise<void>;
}

export const WorldContext = createContext<World | null>(null);

export function useWorld(): World {
  const world = useContext(WorldContext);
  if (!world) throw new Error('no world around this component');
  return world;
}

/** Gives what went wrong, in words, or nothing. */
export async function send(wanted: Act): Promise<string | undefined> {
  try {
    const response = await fetch('/do', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wanted),
    });
    const { trouble }: Done = await response.json();
    return trouble;
  } catch {
    return 'The playground does not answer. Is it still running?';
  }
}

/** Oldest first; whatever this person sees in the channel. */
export function messagesIn(parts: Parts, channel: string): Message[] {
  return Object.entries(parts)
    .flatMap(([name, part]) => (name.startsWith(`message ${channel} `) ? [part as Message] : []))
    .sort((a, b) => Number(a.ts) - Number(b.ts));
}

/** Files and canvases that this person can see, oldest first. */
export const filesOf = (parts: Parts): OpenedFile[] =>
  Object.entries(parts).flatMap(([name, part]) => (name.startsWith('file ') ? [part as OpenedFile] : []));

export const isReply = ({ threadTs, ts, broadcast }: Message): boolean =>
  threadTs !== undefined && threadTs !== ts && !broadcast;

export const timeOfDay = (at: number, seconds = false): string =>
  new Date(at).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds && { second: '2-digit' }),
  });
