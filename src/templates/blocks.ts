/** Block Kit's parts with Slack's limits built in (figures: Slack documentation and @slack/types). */
import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  SectionBlock,
} from '@slack/types';
import type { Message } from './message.ts';
import { cut, literal } from './text.ts';

/** `verbatim` keeps Slack from making links and mentions out of plain words. */
const mrkdwn = (text: string, max = 3000): MrkdwnElement => ({
  type: 'mrkdwn',
  text: cut(text, max) || '–',
  verbatim: true,
});

export const plainText = (text: string, max = 150): PlainTextElement => ({
  type: 'plain_text',
  text: literal(text, max) || '–',
  emoji: true,
});

export const header = (text: string): HeaderBlock => ({ type: 'header', text: plainText(text, 150) });

/** `text` is mrkdwn, with foreign parts escaped. */
export const section = (text: string): SectionBlock => ({
  type: 'section',
  text: mrkdwn(text),
  expand: true,
});

export const context = (text: string): ContextBlock => ({ type: 'context', elements: [mrkdwn(text)] });

/** Lines in as few sections as they fit in. */
export function sections(lines: readonly string[]): SectionBlock[] {
  const texts: string[] = [];
  for (const line of lines.map((l) => cut(l, 2900))) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + line.length + 1 <= 2900)
      texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts.map(section);
}

export interface ButtonSpec {
  label: string;
  action: string;
  value: string;
  style?: 'primary' | 'danger';
  confirm?: { title: string; text: string; yes: string; no: string };
}

export function button({ label, action, value, style, confirm }: ButtonSpec): Button {
  return {
    type: 'button',
    text: plainText(label, 75),
    action_id: action,
    value,
    ...(style && { style }),
    ...(confirm && { confirm: confirmation(confirm, style) }),
  };
}

function confirmation(
  { title, text, yes, no }: NonNullable<ButtonSpec['confirm']>,
  style: ButtonSpec['style'],
): ConfirmationDialog {
  return {
    title: plainText(title, 100),
    text: plainText(text, 300),
    confirm: plainText(yes, 30),
    deny: plainText(no, 30),
    ...(style && { style }),
  };
}

/** Nothing for no buttons: Slack refuses an empty block. */
export function actions(id: string, buttons: readonly ButtonSpec[]): ActionsBlock[] {
  return buttons.length === 0
    ? []
    : [{ type: 'actions', block_id: cut(id, 255), elements: buttons.slice(0, 25).map(button) }];
}

/** A message without newer blocks; `text` is mrkdwn. */
export const plainMessage = (text: string, ...blocks: KnownBlock[]): Message => ({
  text: cut(text, 1000) || '–',
  blocks: blocks.length > 0 ? blocks : [section(text)],
});

/**
 * Slack refuses messages whose blocks hold more than about 13,000 characters in all (bolt-js issue 2509), and counts
 * some containers too (bolt-js issue 2867); their JSON text is the safe measure.
 */
const room = 12_000;

/** The first drawing that fits into a message; each one should be smaller than the one before it. */
export function fitting(drawings: readonly (() => Message)[]): Message {
  let drawn: Message | undefined;
  for (const draw of drawings) {
    drawn = draw();
    if (fits(drawn.blocks) && fits(drawn.plain ?? [])) return drawn;
  }
  if (!drawn) throw new Error('nothing to draw');
  return drawn;
}

const fits = (blocks: KnownBlock[]): boolean => blocks.length <= 50 && JSON.stringify(blocks).length <= room;
