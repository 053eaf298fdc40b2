/** What runs where on the Home tab, who changes it, and what keeps deployments away. */
import type { KnownBlock } from '@slack/types';
import { groupBy, maxBy } from 'es-toolkit';
import type { Block } from '../../records/block.ts';
import { actionIds, runValue } from '../actions.ts';
import { type ButtonSpec, section, sections } from '../blocks.ts';
import type { StatusReport } from '../status.ts';
import { code, cut, escaped, handle, plural, some, when } from '../text.ts';
import { type Detail, withButton } from './parts.ts';

export interface HomeBlock {
  block: Block;
  /** This person may thaw it. */
  mayEnd: boolean;
  /** This person may not read why. */
  isSecret: boolean;
}

type Environment = StatusReport['environments'][number];
type Service = Environment['services'][number];

export interface HomeEnvironment extends Environment {
  /** Those of this environment alone. */
  blocks: readonly HomeBlock[];
}

/** More are on `/ops status`. */
const mostEnvironments = 10;

export function environmentBlocks(
  environments: readonly HomeEnvironment[],
  everywhere: readonly HomeBlock[],
  detail: Detail,
): KnownBlock[] {
  const rest = environments.length - mostEnvironments;
  return [
    section('*What runs where*'),
    ...blockBlocks(everywhere, 'everywhere', detail),
    ...environments.slice(0, mostEnvironments).flatMap((e) => environment(e, detail)),
    ...(rest > 0 ? sections([`… and ${plural(rest, 'more environment')}`]) : []),
  ];
}

function environment({ name, lock, services, blocks }: HomeEnvironment, detail: Detail): KnownBlock[] {
  const since = lock?.since != null ? ` since ${when(lock.since)}` : '';
  const held = lock ? ` · 🔒 ${escaped(lock.deployment, 40)} changes it${since}` : '';
  return [
    ...sections([`*${escaped(name, 63)}*${held}`, ...serviceLines(services, detail)]),
    ...blockBlocks(blocks, 'here', detail),
  ];
}

/** What needs a look line by line, the rest by version: the same one everywhere is one line. */
function serviceLines(services: readonly Service[], { most, width }: Detail): string[] {
  if (services.length === 0) return ['no services'];
  const notable = services.filter((s) => s.concern !== null || s.unknown !== null);
  const well = services.filter((s) => !notable.includes(s));
  const groups = Object.values(groupBy(well, ({ version }) => `v${version ?? ''}`)).toSorted(
    (a, b) => b.length - a.length,
  );
  const versions = groups.map((group) => versionLine(group, services.length));
  return [
    ...shortened(
      notable.map((s) => concernLine(s, width)),
      most * 2,
      'concern',
    ),
    ...shortened(versions, most, 'version'),
  ];
}

const shortened = (lines: readonly string[], most: number, word: string): string[] =>
  lines.length > most
    ? [...lines.slice(0, most), `… and ${plural(lines.length - most, `more ${word}`)}`]
    : [...lines];

function concernLine({ service, version, concern, unknown }: Service, width: number): string {
  const name = code(service, 63);
  if (unknown !== null) return `❔ ${name} could not tell: ${escaped(unknown, width)}`;
  const runs = version === null ? 'runs no known version' : code(version, 60);
  return `⚠️ ${name} ${runs}: ${escaped(concern ?? '', width)}`;
}

function versionLine(group: readonly Service[], all: number): string {
  const [first] = group;
  const version = first?.version == null ? 'no known version' : code(first.version, 60);
  const names = group.map(({ service }) => code(service, 63));
  const where = group.length === all && all > 1 ? `all ${all} services` : some(names, 5);
  return `• ${version} on ${where}${provenWords(group)}`;
}

function provenWords(group: readonly Service[]): string {
  const proven = group.filter((s) => s.provenAt !== null);
  const last = maxBy(proven, (s) => s.provenAt ?? 0)?.provenAt ?? null;
  if (last === null) return ' · not proven yet';
  const missing = group.length - proven.length;
  return ` · proven ${when(last)}${missing > 0 ? `, ${missing} not yet` : ''}`;
}

const marks: Readonly<Record<Block['kind'], string>> = {
  freeze: '🧊 *Frozen',
  incident: '🚧 *No deploys',
  'database-corruption': '⛔ *All deployments halted',
  security: '⛔ *No deployments until cleared',
};

function blockBlocks(
  blocks: readonly HomeBlock[],
  where: 'everywhere' | 'here',
  { most, width }: Detail,
): KnownBlock[] {
  const rest = blocks.length - most;
  return [
    ...blocks.slice(0, most).map((b) => withButton(blockText(b, where, width), thaw(b))),
    ...(rest > 0 ? sections([`… and ${rest} more`]) : []),
  ];
}

function blockText({ block: b, isSecret }: HomeBlock, where: 'everywhere' | 'here', width: number): string {
  const { kind, by, since, until, incident, reason } = b;
  const scope = where === 'everywhere' ? ' everywhere*' : '*';
  const who = kind === 'freeze' && by ? ` by ${handle(by)}` : '';
  const what = incident ? ` by ${escaped(incident, 40)}` : '';
  const time = `since ${when(since)}${until === null ? '' : `, until ${when(until)}`}`;
  const why = isSecret || reason === '' ? '' : `\n${cut(escaped(reason, width), width)}`;
  return `${marks[kind]}${scope}${who}${what} ${time}${why}`;
}

function thaw({ block: { kind, environment: name }, mayEnd }: HomeBlock): ButtonSpec | null {
  const value = kind === 'freeze' && mayEnd ? runValue(`/ops thaw ${name ?? 'all'}`) : null;
  return value === null ? null : { label: 'Thaw', action: actionIds.run, value };
}
