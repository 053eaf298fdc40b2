/** Sends the newest blocks, or their plain twin where Slack does not take them, or the text alone. */
import type { Message } from '../../templates/message.ts';
import type { Clock } from '../clock.ts';
import { isAboutBlocks } from '../slack-errors.ts';

type Content = Pick<Message, 'text' | 'blocks'>;
export type Drawn = <R>(message: Message, send: (content: Content) => Promise<R>) => Promise<R>;

/** After a refusal of the newer blocks they are not tried again for this long, in milliseconds. */
const plainFor = 60 * 60_000;

export function createDrawn(clock: Clock): Drawn {
  let plainUntil = 0;
  return async (message, send) => {
    const { text, blocks, plain } = message;
    const rich = clock.now() >= plainUntil || !plain;
    try {
      return await send({ text, blocks: rich ? blocks : plain });
    } catch (error) {
      if (!isAboutBlocks(error)) throw error;
      if (!rich || !plain) return send({ text, blocks: [] });
      try {
        const sent = await send({ text, blocks: plain });
        // Only now it is known that it was the newer kinds of blocks; it may have been one message's contents.
        if (error.reason === 'invalid_blocks') plainUntil = clock.now() + plainFor;
        return sent;
      } catch (again) {
        if (!isAboutBlocks(again)) throw again;
        return send({ text, blocks: [] });
      }
    }
  };
}
