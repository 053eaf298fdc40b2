/** The buttons that fit a deployment's state. */
import type { ActionsBlock } from '@slack/types';
import { type Deployment, wasTouched } from '../records/deployment.ts';
import { actionIds, actionsBlockId, buttonValue } from './actions.ts';
import { actions, type ButtonSpec } from './blocks.ts';
import { literal, plural } from './text.ts';

/** The round of the question that is open now; buttons of an earlier one are stale. */
const roundOf = (d: Deployment): number => (d.step === 'hold' ? d.hold?.round : d.approval?.round) ?? 0;

export function cardButtons(d: Deployment): ActionsBlock[] {
  const target = { deployment: d.id, round: roundOf(d) };
  const value = buttonValue(target);
  return actions(
    actionsBlockId(target),
    choices(d).map((choice) => ({ ...choice, value })),
  );
}

type Choice = Omit<ButtonSpec, 'value'>;

function choices(d: Deployment): Choice[] {
  switch (d.step) {
    case 'approval':
      return [{ label: 'Approve', action: actionIds.approve, style: 'primary' }, reject(d), cancel];
    case 'preflight':
    case 'claim':
    case 'backup':
      return d.planOnly ? [] : [cancel];
    case 'rollout':
    case 'verify':
    case 'watch':
      return [d.releases.some(wasTouched) ? stopAndRollBack(d) : cancel];
    case 'hold':
      return holdChoices(d);
    case 'ended':
      return d.ending === 'succeeded' && d.kind === 'deploy' && d.releases.some(wasTouched)
        ? [{ label: 'Roll back', action: actionIds.openRollback }]
        : [];
    default:
      return [];
  }
}

const cancel: Choice = { label: 'Cancel', action: actionIds.cancel };

const reject = (d: Deployment): Choice => ({
  label: 'Reject',
  action: actionIds.reject,
  style: 'danger',
  confirm: {
    title: `Reject ${literal(d.id, 40)}?`,
    text: 'It ends here and nothing is changed. Whoever asked for it can ask again.',
    yes: 'Reject',
    no: 'Go back',
  },
});

const stopAndRollBack = (d: Deployment): Choice => ({
  label: 'Stop and roll back',
  action: actionIds.rollBack,
  style: 'danger',
  confirm: {
    title: 'Stop and roll back?',
    text: wayBackText(d),
    yes: 'Stop and roll back',
    no: 'Let it go on',
  },
});

function holdChoices(d: Deployment): Choice[] {
  const all: Record<'retry' | 'roll-back' | 'leave', Choice> = {
    retry: { label: 'Try again', action: actionIds.holdRetry, style: 'primary' },
    'roll-back': {
      label: 'Roll back',
      action: actionIds.holdRollBack,
      style: 'danger',
      confirm: { title: 'Roll back?', text: wayBackText(d), yes: 'Roll back', no: 'Go back' },
    },
    leave: { label: 'Leave as it is', action: actionIds.holdLeave },
  };
  return (d.hold?.choices ?? []).map((choice) => all[choice]);
}

/** "These go back: api-gateway to v1.2.2, web to v1.2.2 and 3 more." within the 300 characters of a dialog. */
function wayBackText(d: Deployment): string {
  const changed = d.releases.filter((r) => wasTouched(r) && r.from !== null);
  const ways = changed.map((r) => `${literal(r.service, 63)} to ${literal(r.from?.version ?? '', 40)}`);
  let told = ways.length;
  const text = () => {
    const rest = ways.length - told;
    const more =
      rest > 0
        ? `${told > 0 ? ' and ' : ''}${plural(rest, told > 0 ? 'more' : 'service').replace('mores', 'more')}`
        : '';
    return `${ways.length === 1 ? 'Goes' : 'These go'} back: ${ways.slice(0, told).join(', ')}${more}.`;
  };
  while (text().length > 300 && told > 0) told -= 1;
  return ways.length === 0 ? 'Nothing was changed so far, so nothing has to go back.' : text();
}
