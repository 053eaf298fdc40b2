/** What was done about an incident, and what is under way. */
import type { Incident, Mitigation } from '../../records/incident.ts';
import { clockTime, code, escaped, handle } from '../text.ts';
import { mitigationWords } from './words.ts';

/** What is under way or done, newest last. */
export function mitigationLines({ mitigations }: Incident, most: number, width: number): string[] {
  const rest = mitigations.length - most;
  return [
    ...(rest > 0 ? [`… ${rest} earlier`] : []),
    ...mitigations.slice(-most).map((m) => mitigationLine(m, width)),
  ];
}

function mitigationLine(m: Mitigation, width: number): string {
  const detail = m.detail ? `: ${escaped(m.detail, width)}` : '';
  return `${marks[m.state]} ${mitigationWords(m, (name) => code(name, 63))} · ${handle(m.by)} ${clockTime(m.at)}${detail}`;
}

const marks: Readonly<Record<Mitigation['state'], string>> = {
  asked: '⏳',
  'under-way': '⏳',
  done: '☑',
  failed: '❌',
  undone: '↩',
};
