/** Runbook 004's emergencies: what is stopped, the steps, and who may end it. */
import type { KnownBlock } from '@slack/types';
import type { IncidentRules } from '../../config/incidents.ts';
import type { Incident } from '../../records/incident.ts';
import { sections } from '../blocks.ts';
import { escaped, handle, some, when } from '../text.ts';
import { type Choice, choicesBlock } from './buttons.ts';

export type EmergencyKind = Extract<Incident['kind'], 'database-corruption' | 'security'>;
type Emergencies = Pick<IncidentRules, 'emergencies'>;

export const emergencyOf = ({ kind }: Pick<Incident, 'kind'>): EmergencyKind | null =>
  kind === 'database-corruption' || kind === 'security' ? kind : null;

const stops: Readonly<Record<EmergencyKind, string>> = {
  'database-corruption': 'All deployments and rollbacks are halted, in every environment',
  security: 'No deployments until cleared, in every environment',
};

/** Nothing for what is no emergency. `steps`: with runbook 004's steps; `clear`: with the button that ends it. */
export function haltBlocks(
  i: Incident,
  rules: Emergencies,
  { steps, clear }: { steps: number; clear: boolean },
): KnownBlock[] {
  const kind = emergencyOf(i);
  if (!kind || !i.halt) return [];
  const { since, cleared } = i.halt;
  if (cleared) return sections([`*Halt cleared* by ${handle(cleared.by)} at ${when(cleared.at)}`]);
  const who = some(rules.emergencies[kind].clear, 5, 'or');
  return [
    ...sections([
      `*${stops[kind]}* since ${when(since)}${i.drill ? ' (a drill: nothing is stopped for real)' : ''}`,
      ...stepLines(kind, rules, steps),
      `_Until it is cleared by ${who}._`,
    ]),
    ...(clear ? choicesBlock(i, 'halt', [clearHalt]) : []),
  ];
}

/** Runbook 004's steps, or the catalog's. */
export function stepLines(kind: EmergencyKind, rules: Emergencies, most: number): string[] {
  const { steps } = rules.emergencies[kind];
  return [
    ...steps.slice(0, most).map((step, index) => `${index + 1}. ${escaped(step, 200)}`),
    ...(steps.length > most ? [`… and ${steps.length - most} more`] : []),
  ];
}

const clearHalt: Choice = {
  label: 'Clear',
  does: 'clearHalt',
  style: 'danger',
  confirm: {
    title: 'Clear the halt?',
    text: 'Deployments may go on everywhere. Is the data verified, or the environment clean?',
    yes: 'Clear',
    no: 'Go back',
  },
};
