/** The buttons of an incident. */
import type { ActionsBlock } from '@slack/types';
import type { Incident } from '../../records/incident.ts';
import { actions, type ButtonSpec } from '../blocks.ts';
import { incidentActions, incidentValue } from '../incident-actions.ts';
import type { UpdateDraft } from './draft.ts';

/** A button before it knows its incident. */
export interface Choice extends Omit<ButtonSpec, 'action' | 'value'> {
  does: keyof typeof incidentActions;
  arg?: string;
  /** The update as the message shows it. */
  draft?: UpdateDraft;
  /** Tells it from its neighbours in the message. */
  among?: string;
}

/** Ours, and names of the catalog, are far shorter; what is longer is not worth a button that might be refused. */
const longestArg = 120;

/** One block of buttons; `name` is its own in the message. Nothing for no buttons. */
export function choicesBlock(
  { id }: Pick<Incident, 'id'>,
  name: string,
  choices: readonly Choice[],
): ActionsBlock[] {
  const buttons = choices
    .filter(({ arg = '' }) => arg.length <= longestArg)
    .map(({ does, arg = null, draft, among, ...rest }) => ({
      ...rest,
      action: among === undefined ? incidentActions[does] : `${incidentActions[does]}/${among}`.slice(0, 255),
      value: incidentValue(id, arg, draft),
    }));
  return actions(`${id}:${name}`, buttons);
}

export const acknowledge: Choice = { label: 'Acknowledge', does: 'acknowledge', style: 'primary' };
export const resolve: Choice = { label: 'Resolve', does: 'openResolve' };
/** What is worth a look when it is over. */
export const afterwards: readonly Choice[] = [
  { label: 'Reopen', does: 'openReopen' },
  { label: 'Timeline', does: 'timeline' },
  { label: 'Evidence', does: 'evidence' },
];
