/** Block Kit as lines of a terminal: what a person reads, without boxes and links. */
import { stripVTControlCharacters, styleText } from 'node:util';
import type { KnownBlock } from '@slack/types';

/** How ids are shown. */
export interface Names {
  /** The handle of a person, without '@'. */
  person(id: string): string;
  channel(id: string): string;
  group(id: string): string;
}

type Lines = readonly string[];

/** A block that is not known here is shown by its type, so that nothing goes missing unseen. */
export function blockLines(block: KnownBlock, names: Names): Lines {
  switch (block.type) {
    case 'header':
      return [styleText('bold', words(block.text.text))];
    case 'section':
      return [
        ...(block.text ? mrkdwnLines(block.text.text, names) : []),
        ...(block.fields ?? []).flatMap(({ text }) => mrkdwnLines(text, names)),
        ...(block.accessory ? elementLines([block.accessory]) : []),
      ];
    case 'context':
      return block.elements
        .flatMap((element) =>
          element.type === 'image' ? [element.alt_text] : mrkdwnLines(element.text, names),
        )
        .map((line) => styleText('dim', line));
    case 'actions':
      return elementLines(block.elements);
    case 'divider':
      return ['────'];
    case 'plan':
      return [
        styleText('bold', words(block.title)),
        ...(block.tasks ?? []).flatMap((task) => (isTask(task) ? taskLines(task) : [])),
      ];
    case 'task_card':
      return taskLines(block);
    case 'rich_text':
      return block.elements.flatMap(richLines);
    case 'table':
      return block.rows.map((row) => row.map(cellText).join('  │  '));
    case 'markdown':
      return words(block.text).split('\n');
    default:
      return [`(${block.type})`];
  }
}

type Task = Extract<KnownBlock, { type: 'task_card' }>;
const isTask = (task: object): task is Task => 'type' in task && task.type === 'task_card';

const marks: Record<string, string> = { pending: '○', in_progress: '◐', complete: '●', error: '✗' };

function taskLines({ title, status, details, output }: Task): Lines {
  const below = [details, output].flatMap((text) => text?.elements.flatMap(richLines) ?? []);
  return [
    `  ${marks[status ?? 'pending']} ${words(title)}${below.length > 0 ? `: ${below.join(', ')}` : ''}`,
  ];
}

function elementLines(elements: readonly object[]): Lines {
  const labels = elements.flatMap((element) => labelOf(element) ?? []);
  return labels.length > 0
    ? [labels.map((label) => styleText('inverse', ` ${words(label)} `)).join(' ')]
    : [];
}

function labelOf(element: object): string | undefined {
  const text = 'text' in element ? element.text : 'placeholder' in element ? element.placeholder : undefined;
  return typeof text === 'object' && text && 'text' in text ? String(text.text) : undefined;
}

type Cell = Extract<KnownBlock, { type: 'table' }>['rows'][number][number];

function cellText(cell: Cell): string {
  if (cell.type === 'rich_text') return cell.elements.flatMap(richLines).join(' ');
  return 'text' in cell ? words(String(cell.text)) : '';
}

const richLines = (element: object): Lines => richText(element).split('\n');

function richText(part: object): string {
  if ('elements' in part && Array.isArray(part.elements)) return part.elements.map(richText).join('');
  return partText(part);
}

function partText(part: object): string {
  if ('text' in part && typeof part.text === 'string') return words(part.text);
  if ('name' in part) return `:${String(part.name)}:`;
  if ('url' in part) return words(String(part.url));
  return '';
}

/** Slack's mrkdwn without its signs (Slack documentation, "Formatting message text"). */
export function mrkdwnLines(text: string, names: Names): string[] {
  return text
    .replace(/<([^<>]*)>/g, (_, inside: string) => reference(inside, names))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .split('\n')
    .map((line) =>
      words(line)
        .replace(/`([^`]+)`/g, (_, code: string) => styleText('cyan', code))
        .replace(
          /(^|[^\w`])\*([^*\s](?:[^*]*[^*\s])?)\*(?!\w)/g,
          (_, before: string, bold: string) => before + styleText('bold', bold),
        ),
    );
}

function reference(inside: string, names: Names): string {
  const [target = '', label] = inside.split('|');
  if (target.startsWith('@')) return `@${names.person(target.slice(1))}`;
  if (target.startsWith('#')) return `#${names.channel(target.slice(1))}`;
  if (target.startsWith('!subteam^')) return label ?? `@${names.group(target.slice('!subteam^'.length))}`;
  if (target.startsWith('!date^')) return dateText(target, label);
  if (target.startsWith('!')) return `@${target.slice(1)}`;
  return label ? `${label} (${target})` : target;
}

/** `!date^<seconds>^<format>`: the time of day is what matters in a transcript. */
function dateText(target: string, fallback = ''): string {
  const seconds = Number(target.split('^')[1]);
  return Number.isFinite(seconds) ? timeOfDay(seconds * 1000) : fallback;
}

export const timeOfDay = (at: number): string =>
  new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Foreign text may not steer the terminal. */
export const words = (text: string): string =>
  stripVTControlCharacters(text).replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (sign) =>
    sign === '\n' ? sign : '',
  );
