/** What people do on the page: checked, then done in the simulated workspace. */
import { z } from 'zod';
import { people } from '../estate.ts';
import type { Delivery } from '../slack/types.ts';
import type { Stage } from '../stage.ts';
import { breakage, type Switches } from './switches.ts';

const as = z.string();
const message = z.object({ channel: z.string(), ts: z.string() });

export const act = z.discriminatedUnion('do', [
  /** A line of the composer: a slash command, or a message for everybody. */
  z.object({
    do: z.literal('say'),
    as,
    in: z.string(),
    text: z.string().min(1).max(40_000),
    thread: z.string().optional(),
  }),
  /** `actionId` and `value` where the button has them. */
  z.object({
    do: z.literal('click'),
    as,
    button: z.object({
      text: z.string().optional(),
      actionId: z.string().optional(),
      value: z.string().optional(),
    }),
    message: message.optional(),
    home: z.boolean().optional(),
  }),
  z.object({
    do: z.literal('choose'),
    as,
    actionId: z.string(),
    option: z.union([z.string(), z.array(z.string())]),
    message: message.optional(),
    home: z.boolean().optional(),
  }),
  /** A message shortcut where it is about a message, else a global one. */
  z.object({ do: z.literal('shortcut'), as, callbackId: z.string(), message: message.optional() }),
  /** Puts the reaction there, or takes it away again. */
  z.object({ do: z.literal('react'), as, name: z.string(), message }),
  z.object({ do: z.literal('edit'), as, text: z.string().min(1).max(40_000), message }),
  z.object({ do: z.literal('remove'), as, message }),
  z.object({ do: z.literal('home'), as }),
  /** Values by block id. */
  z.object({
    do: z.literal('fill'),
    as,
    values: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  }),
  z.object({ do: z.literal('close'), as }),
  z.object({ do: z.literal('break'), breakage }),
]);
export type Act = z.infer<typeof act>;

/** What the page has to know at once; all else it sees happen. */
export interface Done {
  /** Slack's words, or ours, for what did not work. */
  trouble?: string;
}

export async function perform({ slack }: Stage, switches: Switches, wanted: Act): Promise<Done> {
  switch (wanted.do) {
    case 'say':
      if (wanted.text.startsWith('/') && !wanted.thread)
        return outcome(await slack.command(wanted.text, { as: wanted.as, in: wanted.in }));
      return outcome(
        await slack.post(wanted.text, {
          as: wanted.as,
          in: wanted.in,
          ...(wanted.thread && { thread: wanted.thread }),
        }),
      );
    case 'click':
      return outcome(
        await slack.click(given(wanted.button), {
          as: wanted.as,
          ...given({ message: wanted.message, home: wanted.home }),
        }),
      );
    case 'choose':
      return outcome(
        await slack.choose(
          { actionId: wanted.actionId, option: wanted.option },
          { as: wanted.as, ...given({ message: wanted.message, home: wanted.home }) },
        ),
      );
    case 'shortcut':
      return outcome(
        await slack.shortcut(wanted.callbackId, { as: wanted.as, ...given({ message: wanted.message }) }),
      );
    case 'react': {
      const { as: who, name, message: place } = wanted;
      const isThere = slack
        .thread(place.channel, place.ts)
        .find(({ ts }) => ts === place.ts)
        ?.reactions.some((one) => one.name === name && one.users.includes(idOf(who)));
      return outcome(await slack[isThere ? 'unreact' : 'react'](name, { as: who, message: place }));
    }
    case 'edit':
      return outcome(await slack.edit(wanted.text, { as: wanted.as, message: wanted.message }));
    case 'remove':
      return outcome(await slack.remove({ as: wanted.as, message: wanted.message }));
    case 'home':
      return outcome(await slack.openHome({ as: wanted.as }));
    case 'fill':
      return outcome(await slack.fill(wanted.values, { as: wanted.as }));
    case 'close':
      return outcome(await slack.closeModal({ as: wanted.as }));
    case 'break':
      await switches.set(wanted.breakage);
      return {};
  }
}

const idOf = (handle: string): string => people.find(({ name }) => name === handle)?.id ?? handle;

/** What went wrong with a form or a command is shown by Slack itself, where it belongs. */
const outcome = ({ error }: Delivery): Done =>
  error ? { trouble: `The bot did not answer as it should: ${error}` } : {};

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
function given<T extends object>(object: T): Given<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Given<T>;
}
