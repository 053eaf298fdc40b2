/** What buttons are called and carry: the one place that the templates and the handlers of clicks share. */
import { z } from 'zod';

export const actionIds = {
  approve: 'approve',
  reject: 'reject',
  cancel: 'cancel',
  /** Stop a deployment under way and put back what it changed. */
  rollBack: 'roll-back',
  holdRetry: 'hold-retry',
  holdRollBack: 'hold-roll-back',
  holdLeave: 'hold-leave',
  /** Run the slash command that is the button's value. Where several stand side by side, a slash and a word tell them apart. */
  run: 'run',
  /** Open the rollback form for the services of a deployment. */
  openRollback: 'open-rollback',
} as const;

/** Which deployment a button belongs to, and which round of its questions: an older round's button is stale. */
const buttonTarget = z.strictObject({ deployment: z.string().min(1).max(100), round: z.int().min(0) });
export type ButtonTarget = z.infer<typeof buttonTarget>;

export const buttonValue = ({ deployment, round }: ButtonTarget): string =>
  JSON.stringify({ deployment, round });

/** Null for text that no button of ours carries. */
export function readButtonValue(text: string | undefined): ButtonTarget | null {
  try {
    return buttonTarget.parse(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}

/** Slack's limit for a button's value is 2000 characters; a command that long is not offered as a button. */
export const runValue = (command: string): string | null => (command.length <= 2000 ? command : null);

/** The block that holds a deployment's buttons. */
export const actionsBlockId = ({ deployment, round }: ButtonTarget): string =>
  `${deployment}:${round}:actions`;
