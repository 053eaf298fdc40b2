/**
 * Slack's limits on messages and modals, and what may not stand in them, checked from the outside: nothing of the
 * templates is used here. Figures: Slack documentation, @slack/types, and bolt-js issue 2509 for the sum of all blocks.
 */
import type { Message } from '../../src/templates/message.ts';

/** Anything with fields, as it would go over the wire. */
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Empty for a message that Slack takes and that rings nobody by what a stranger wrote. */
export function violations(message: Message): string[] {
  return [
    ...(message.text.length === 0 ? ['text: empty'] : []),
    ...tooLong('text', message.text, 4000),
    ...markup('text', message.text),
    ...blocksViolations('blocks', wire(message.blocks), 50),
    ...(message.plain ? blocksViolations('plain', wire(message.plain), 50) : []),
    ...(message.plain ? newer(wire(message.plain)) : []),
  ];
}

/** The same for a modal. */
export function viewViolations(view: object): string[] {
  const v = wire(view);
  if (!isObject(v)) return ['not a view'];
  return [
    ...blocksViolations('blocks', v.blocks ?? null, 100),
    ...['title', 'submit', 'close'].flatMap((name) => textViolations(name, v[name] ?? null, 24)),
    ...tooLong('private_metadata', v.private_metadata ?? '', 3000),
    ...tooLong('callback_id', v.callback_id ?? '', 255),
  ];
}

/** The same for the app's Home tab; Slack takes 250,000 bytes of a view's JSON (Slack documentation, views.publish). */
export function homeViolations(view: object): string[] {
  const v = wire(view);
  if (!isObject(v)) return ['not a view'];
  const bytes = Buffer.byteLength(JSON.stringify(v));
  return [
    ...(v.type === 'home' ? [] : [`type: ${v.type}`]),
    ...(bytes > 250_000 ? [`${bytes} bytes`] : []),
    ...blocksViolations('blocks', v.blocks ?? null, 100),
  ];
}

const wire = (value: unknown): Json => JSON.parse(JSON.stringify(value));
const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

function blocksViolations(where: string, value: Json, most: number): string[] {
  const blocks = list(value);
  const ids = blocks.flatMap((b) => (isObject(b) && typeof b.block_id === 'string' ? [b.block_id] : []));
  const size = JSON.stringify(blocks).length;
  return [
    ...(blocks.length === 0 ? [`${where}: no blocks`] : []),
    ...(blocks.length > most ? [`${where}: ${blocks.length} blocks`] : []),
    ...(most === 50 && size > 13_000 ? [`${where}: ${size} characters in all blocks`] : []),
    ...(new Set(ids).size < ids.length ? [`${where}: block_id twice`] : []),
    ...(blocks.filter((b) => isObject(b) && b.type === 'table').length > 1 ? [`${where}: two tables`] : []),
    ...blocks.flatMap((b, i) => blockViolations(`${where}[${i}]`, b)),
    ...strings(where, blocks),
  ];
}

function blockViolations(where: string, block: Json): string[] {
  if (!isObject(block)) return [`${where}: not a block`];
  const at = `${where} ${block.type}`;
  const common = tooLong(`${at} block_id`, block.block_id ?? '', 255);
  switch (block.type) {
    case 'header':
      return [...common, ...textViolations(at, block.text, 150)];
    case 'section':
      return [
        ...common,
        ...textViolations(at, block.text, 3000),
        ...(list(block.fields).length > 10 ? [`${at}: fields`] : []),
        ...(isObject(block.accessory) ? accessoryViolations(`${at} accessory`, block.accessory) : []),
      ];
    case 'context':
      return [
        ...common,
        ...count(at, block.elements, 10),
        ...list(block.elements).flatMap((e) => textViolations(at, e, 3000)),
      ];
    case 'divider':
      return common;
    case 'actions':
      return [...common, ...count(at, block.elements, 25), ...actionsViolations(at, list(block.elements))];
    case 'plan':
      return [...common, ...raw(`${at} title`, block.title, 3000), ...planViolations(at, list(block.tasks))];
    case 'table':
      return [...common, ...tableViolations(at, list(block.rows))];
    case 'input':
      return [...common, ...inputViolations(at, block)];
    default:
      return [`${at}: not a block that the templates should use`];
  }
}

function actionsViolations(at: string, elements: Json[]): string[] {
  const ids = elements.map((e) => (isObject(e) ? e.action_id : null));
  return [
    ...(new Set(ids).size < ids.length ? [`${at}: action_id twice`] : []),
    ...elements.flatMap((e) => (isObject(e) ? buttonViolations(at, e) : [`${at}: not a button`])),
  ];
}

function buttonViolations(at: string, button: { [key: string]: Json }): string[] {
  const { confirm } = button;
  return [
    ...(button.type === 'button' ? [] : [`${at}: ${button.type} among the buttons`]),
    ...textViolations(`${at} button`, button.text, 75),
    ...raw(`${at} action_id`, button.action_id, 255),
    ...raw(`${at} value`, button.value, 2000),
    ...(isObject(confirm)
      ? [
          ...textViolations(`${at} confirm title`, confirm.title, 100),
          ...textViolations(`${at} confirm text`, confirm.text, 300),
          ...textViolations(`${at} confirm yes`, confirm.confirm, 30),
          ...textViolations(`${at} confirm no`, confirm.deny, 30),
        ]
      : []),
  ];
}

/** Beside a text stands a button or a menu of several choices (Slack documentation, multi-select menus). */
function accessoryViolations(at: string, element: { [key: string]: Json }): string[] {
  if (element.type !== 'multi_static_select') return buttonViolations(at, element);
  return [
    ...raw(`${at} action_id`, element.action_id, 255),
    ...textViolations(`${at} placeholder`, element.placeholder, 150),
    ...choiceViolations(at, element, 100),
  ];
}

function planViolations(at: string, tasks: Json[]): string[] {
  const ids = tasks.map((t) => (isObject(t) ? t.task_id : null));
  return [
    ...(tasks.length === 0 ? [`${at}: no tasks`] : []),
    ...(new Set(ids).size < ids.length ? [`${at}: task_id twice`] : []),
    ...tasks.flatMap((task) => {
      if (!isObject(task)) return [`${at}: not a task`];
      const known = ['pending', 'in_progress', 'complete', 'error'].some((s) => s === task.status);
      return [
        ...(task.type === 'task_card' && known ? [] : [`${at}: ${task.type} ${task.status}`]),
        ...raw(`${at} task_id`, task.task_id, 255),
        ...raw(`${at} task title`, task.title, 3000),
        ...(task.details === undefined ? [] : richTextViolations(`${at} details`, task.details)),
      ];
    }),
  ];
}

function tableViolations(at: string, rows: Json[]): string[] {
  const cells = rows.flatMap((r) => list(r));
  return [
    ...(rows.length === 0 || rows.length > 100 ? [`${at}: ${rows.length} rows`] : []),
    ...(rows.some((r) => list(r).length === 0 || list(r).length > 20) ? [`${at}: columns`] : []),
    ...(new Set(rows.map((r) => list(r).length)).size > 1 ? [`${at}: uneven rows`] : []),
    ...cells.flatMap((cell) => richTextViolations(at, cell)),
  ];
}

function richTextViolations(at: string, block: Json): string[] {
  if (!isObject(block) || block.type !== 'rich_text') return [`${at}: not rich text`];
  const parts = list(block.elements).filter((e) => isObject(e));
  const texts = parts.flatMap((p) => list(p.elements)).filter((e) => isObject(e));
  return [
    ...(texts.length === 0 ? [`${at}: empty rich text`] : []),
    ...parts.flatMap((p) =>
      p.type === 'rich_text_section' || p.type === 'rich_text_preformatted' ? [] : [`${at}: ${p.type}`],
    ),
    ...texts.flatMap((t) => (t.type === 'text' ? raw(at, t.text, 3000) : [`${at}: ${t.type} in rich text`])),
  ];
}

function inputViolations(at: string, block: { [key: string]: Json }): string[] {
  const { element } = block;
  if (!isObject(element)) return [`${at}: no element`];
  const most = element.type === 'checkboxes' ? 10 : 100;
  return [
    ...textViolations(`${at} label`, block.label, 2000),
    ...(block.hint === undefined ? [] : textViolations(`${at} hint`, block.hint, 2000)),
    ...(element.placeholder === undefined
      ? []
      : textViolations(`${at} placeholder`, element.placeholder, 150)),
    ...(withoutOptions.includes(String(element.type)) ? [] : choiceViolations(at, element, most)),
    ...(element.initial_value === undefined
      ? []
      : raw(`${at} initial`, element.initial_value, Number(element.max_length))),
  ];
}

/** What is written, and what Slack itself offers. */
const withoutOptions = ['plain_text_input', 'users_select', 'datepicker'];

/** What can be chosen, and what is chosen at the beginning: an empty beginning has to be left out. */
function choiceViolations(at: string, element: { [key: string]: Json }, most: number): string[] {
  const options = list(element.options);
  const initial = element.initial_options;
  return [
    ...count(`${at} options`, options, most),
    ...[...options, ...list(initial), element.initial_option ?? null]
      .filter((o) => isObject(o))
      .flatMap((o) => [
        ...textViolations(`${at} option`, o.text, 75),
        ...raw(`${at} option value`, o.value, 150),
      ]),
    ...(Array.isArray(initial) && initial.length === 0 ? [`${at}: no initial`] : []),
  ];
}

function textViolations(at: string, text: Json | undefined, max: number): string[] {
  if (!isObject(text) || typeof text.text !== 'string') return [`${at}: no text`];
  if (text.type === 'plain_text') return raw(at, text.text, max);
  if (text.type !== 'mrkdwn') return [`${at}: ${text.type}`];
  return [
    ...raw(at, text.text, max),
    ...(text.verbatim === true ? [] : [`${at}: Slack would parse plain words`]),
  ];
}

const raw = (at: string, text: Json | undefined, max: number): string[] =>
  typeof text === 'string' && text.length > 0 ? tooLong(at, text, max) : [`${at}: empty`];

const tooLong = (at: string, text: Json, max: number): string[] =>
  typeof text === 'string' && text.length > max ? [`${at}: ${text.length} characters, at most ${max}`] : [];

const count = (at: string, items: Json | undefined, most: number): string[] =>
  list(items).length === 0 || list(items).length > most ? [`${at}: ${list(items).length} elements`] : [];

/** Every string anywhere: nothing in it may ring, end its own markup early or be half a character. */
function strings(where: string, value: Json): string[] {
  if (typeof value === 'string') return markup(where, value);
  if (Array.isArray(value)) return value.flatMap((item, i) => strings(`${where}[${i}]`, item));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const free = key === 'value' || key === 'block_id' || key === 'initial_value';
    return free ? [] : strings(`${where}.${key}`, item);
  });
}

/** What the templates themselves may put between angle brackets: people, user groups, channels, times, and links of records. */
const ours =
  /^<(@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|#[CG][A-Z0-9]+|!date\^\d+\^[^<>|]+\|[^<>|]+|https:\/\/links\.example\/[^<>|\s]*\|[^<>|]+)>$/;

/** Stands in the ids of whom hostile texts try to ring. */
const strangers = 'EVIL';

function markup(where: string, text: string): string[] {
  const tags = text.match(/<[^<>]*>?/g) ?? [];
  return [
    ...tags
      .filter((tag) => !ours.test(tag) || tag.split('|')[0]?.includes(strangers))
      .map((tag) => `${where}: ${tag}`),
    ...(/@(channel|here|everyone)/i.test(text) ? [`${where}: a broadcast`] : []),
    ...(/&(?!amp;|lt;|gt;)[a-z]+;/.test(text) ? [`${where}: an unknown entity`] : []),
    ...(/\p{Cs}/u.test(text) ? [`${where}: half a character`] : []),
    ...(hasControl(text) ? [`${where}: a control character`] : []),
  ];
}

const hasControl = (text: string): boolean =>
  /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(text.replaceAll('\n', ''));

/** The plain twin is for workspaces that know only these. */
function newer(blocks: Json): string[] {
  const old = ['section', 'context', 'header', 'divider', 'actions'];
  return list(blocks).flatMap((b) =>
    isObject(b) && old.some((type) => type === b.type) ? [] : ['plain: a newer block'],
  );
}
