/** Several messages that came at once, as one. */
import type { Message } from '../../templates/message.ts';

export function together(messages: readonly Message[]): Message {
  const [only, ...others] = messages;
  if (only && others.length === 0) return only;
  return {
    text: messages.map((m) => m.text).join('\n'),
    blocks: messages.flatMap((m) => m.blocks),
    plain: messages.flatMap((m) => m.plain ?? m.blocks),
  };
}
