/** What `help` answers for each command. */
import { context, section, sections } from './blocks.ts';
import type { Message } from './message.ts';
import { escaped } from './text.ts';

export type HelpTopic = 'deploy' | 'rollback' | 'health' | 'ops';

interface Page {
  what: string;
  usage: readonly string[];
  examples: readonly (readonly [command: string, meaning: string])[];
  notes: readonly string[];
}

const pages: Record<HelpTopic, Page> = {
  deploy: {
    what: 'Deploys services: checks, asks for approval, rolls out stage by stage, verifies, watches, and puts everything back by itself if it goes bad.',
    usage: [
      '/deploy <environment> <service[,service…]|all> [version] [--skip-staging] [--reason "…"] [--plan] [--incident INC-12]',
    ],
    examples: [
      ['/deploy staging api-gateway', 'the newest version'],
      ['/deploy production all', 'what staging proved, service by service'],
      ['/deploy production api-gateway,web v1.2.3 --reason "fixes the login"', 'two services, one version'],
      ['/deploy production all --plan', 'shows what would happen, changes nothing'],
    ],
    notes: [
      '`--plan` changes nothing and asks nobody.',
      '`--incident INC-12` with a `--reason` links a fix: while that incident keeps deploys away, its commander and admins may deploy it.',
      '`--skip-staging` is for hotfixes: it needs the right to do so and a `--reason`, and everybody sees it.',
      'Without arguments a form opens.',
    ],
  },
  rollback: {
    what: 'Puts services back to the last version that was proven healthy, or to the one you name.',
    usage: [
      '/rollback [environment] <service[,service…]|all> [version] [reason… | --reason "…"] [--incident INC-12]',
    ],
    examples: [
      ['/rollback api-gateway', 'to the last version proven healthy'],
      [
        '/rollback production api-gateway v1.2.2 login fails since v1.2.3',
        'to that version, with the reason',
      ],
      [
        '/rollback api-gateway --reason "all logins fail"',
        'a reason that begins like a service or a version',
      ],
      ['/rollback staging all', 'everything in staging'],
    ],
    notes: [
      'Production asks for a reason and the typed word ROLLBACK.',
      '`--incident INC-12` says which incident it is for: its timeline tells how it goes.',
      'A deployment that waits for approval is cancelled by it; one that is under way is stopped and rolled back.',
      'Without arguments a form opens.',
    ],
  },
  health: {
    what: 'Asks services how they are, from outside and in the cloud.',
    usage: ['/health <environment> [service[,service…]|all] [--full]'],
    examples: [
      ['/health production', 'every service'],
      ['/health production api-gateway --full', 'one service, all its probes'],
    ],
    notes: ['`--full` runs also the probes that are marked as full in the catalog.'],
  },
  ops: {
    what: 'Shows what runs where, what is in flight, and who did what; keeps deploys away from an environment.',
    usage: [
      '/ops status | audit [D-128] | help',
      '/ops freeze <environment>|all [until <time>] reason…',
      '/ops thaw <environment>|all',
    ],
    examples: [
      ['/ops status', 'what runs where, what is in flight, who holds the lock, what is frozen'],
      ['/ops audit', 'the newest entries of the audit'],
      ['/ops audit D-128', 'everything about one deployment'],
      ['/ops freeze production until 18:00 database migration', 'no deploys until then; rollbacks go on'],
      ['/ops thaw production', 'deploys may go on'],
    ],
    notes: ['Times are 18:00, tomorrow 09:00, 2026-12-24T18:00, 2h, 30m.'],
  },
};

export function help(command: HelpTopic): Message {
  const { what, usage, examples, notes } = pages[command];
  const code = (text: string) => `\`${escaped(text)}\``;
  return {
    text: `How to use /${command}`,
    blocks: [
      section(`*/${command}* ${escaped(what)}`),
      section(usage.map(code).join('\n')),
      ...sections(examples.map(([typed, meaning]) => `${code(typed)}\n↳ ${escaped(meaning)}`)),
      ...(notes.length > 0 ? [context(notes.join('\n'))] : []),
    ],
  };
}
