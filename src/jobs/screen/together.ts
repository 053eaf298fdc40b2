/** Several messages that came at once, as one. */
import type { KnownBlock } from '@slack/types';
import type { Message } from '../../templates/message.ts';

/**
 * Slack takes 50 blocks and about 13,000 characters in all of them (bolt-js issue 2509); their JSON text is the safe
 * measure, and some room is left.
 */
const mostBlocks = 45;
const mostCharacters = 10_000;

/** The first messages as one, and how many they were: as many as Slack takes in one message, but at least one. */
export function together(messages: readonly Message[]): { message: Message; count: number } {
  let count = 1;
  while (count < messages.length && fits(merged(messages.slice(0, count + 1)))) count++;
  return { message: merged(messages.slice(0, count)), count };
}

function merged(messages: readonly Message[]): Message {
  const [only, ...others] = messages;
  if (only && others.length === 0) return only;
  return {
    text: messages.map((m) => m.text).join('\n'),
    blocks: messages.flatMap((m) => m.blocks),
    plain: messages.flatMap((m) => m.plain ?? m.blocks),
  };
}

const fits = ({ blocks, plain = [] }: Message): boolean => [blocks, plain].every(isSmall);

const isSmall = (blocks: readonly KnownBlock[]): boolean =>
  blocks.length <= mostBlocks && JSON.stringify(blocks).length <= mostCharacters;
