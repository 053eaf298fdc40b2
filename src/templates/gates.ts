/** Gates' answers, a line each. */
import type { GateAnswer } from '../records/deployment.ts';
import { escaped } from './text.ts';

const marks: Record<GateAnswer['answer'], string> = { yes: '✅', no: '⛔', unknown: '❔', skipped: '⏭️' };

/** "✅ Verified in staging: D-12, yesterday". */
export function gateLine({ answer, title, because, hint }: GateAnswer): string {
  const why = because ? `: ${escaped(because, 200)}` : '';
  const how = hint && answer !== 'yes' ? ` (${escaped(hint, 200)})` : '';
  return `${marks[answer]} ${escaped(title, 100)}${why}${how}`;
}
