/** Asks responders whether an alert is an incident, where the catalog says that they are asked first. */
import type { Person } from '../../records/deployment.ts';
import type { Severity } from '../../records/incident-terms.ts';
import { actions, section } from '../blocks.ts';
import { incidentActions, incidentValue } from '../incident-actions.ts';
import type { Message } from '../message.ts';
import { cut, escaped, handle, plural, when } from '../text.ts';
import { linked } from './links.ts';
import { severityMarks } from './words.ts';

/** What is known of a group of alerts. Texts are not escaped. */
export interface AlertQuestion {
  /** The group's key: what the buttons carry. */
  group: string;
  title: string;
  /** What it would be opened with. */
  severity: Severity;
  service: string | null;
  environment: string;
  /** How many alerts of the group fire. */
  alerts: number;
  since: number;
  link: string | null;
}

export function alertQuestion(question: AlertQuestion): Message {
  const { group, severity } = question;
  const value = incidentValue(group);
  return {
    text: cut(`Open an incident? ${escaped(question.title, 200)}`, 1000),
    blocks: [
      section(`*Open an incident?*\n${factLines(question).join('\n')}`),
      ...actions('alert-question', [
        { label: `Open a ${severity}`, action: incidentActions.alertOpen, value, style: 'primary' },
        { label: 'Not now', action: incidentActions.alertDismiss, value },
      ]),
    ],
  };
}

/** What became of a question; texts are not escaped. */
export type AlertAnswer =
  /** `by` is null where it opened by itself; `link` is the incident's card. */
  | { kind: 'opened'; incident: string; by: Person | null; link: string | null }
  | { kind: 'dismissed'; by: Person }
  /** The alerts ended before anybody answered. */
  | { kind: 'over'; at: number };

/** Takes the question's place. */
export function alertAnswered(question: AlertQuestion, answer: AlertAnswer): Message {
  const line = answerLine(answer);
  return {
    text: cut(`${line}: ${escaped(question.title, 200)}`, 1000),
    blocks: [section(`${line}\n${factLines(question).join('\n')}`)],
  };
}

function answerLine(answer: AlertAnswer): string {
  switch (answer.kind) {
    case 'opened': {
      const by = answer.by ? ` by ${handle(answer.by)}` : '';
      return `*Opened*${by} as ${linked(answer.link, escaped(answer.incident, 40) || 'an incident')}`;
    }
    case 'dismissed':
      return `*Not an incident*, says ${handle(answer.by)}`;
    case 'over':
      return `*Over by itself* ${when(answer.at)}`;
  }
}

function factLines({ title, severity, service, environment, alerts, since, link }: AlertQuestion): string[] {
  const where = [escaped(environment, 63), ...(service ? [escaped(service, 63)] : [])].join(': ');
  const seen = linked(link, 'look');
  return [
    `${severityMarks[severity]} ${escaped(title, 300) || 'An alert'}`,
    `${where} · ${plural(alerts, 'alert')} since ${when(since)}${link && seen.startsWith('<') ? ` · ${seen}` : ''}`,
  ];
}
