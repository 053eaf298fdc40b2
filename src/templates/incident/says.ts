/** The frame of a post: a heading in bold, and who did it. */
import type { KnownBlock } from '@slack/types';
import type { Incident } from '../../records/incident.ts';
import { plainMessage, section } from '../blocks.ts';
import type { Message } from '../message.ts';
import { handle } from '../text.ts';
import { marked } from './words.ts';

/** A heading in bold, words behind it, and what belongs to them. */
export function says(i: Incident, bold: string, tail: string, ...blocks: KnownBlock[]): Message {
  const line = marked(i, `*${bold}*${tail}`);
  return plainMessage(line, section(line), ...blocks);
}

/** " by @ana", or nothing. */
export const byWords = (by: Incident['declaredBy']): string => (by ? ` by ${handle(by)}` : '');
