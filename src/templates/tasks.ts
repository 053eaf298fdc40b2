/** Draws a list of tasks: as Slack's plan block, and as plain sections for workspaces without it. */
import type { KnownBlock, PlanBlock, RichTextBlock, TaskCardBlock } from '@slack/types';
import { sections } from './blocks.ts';
import { code, escaped, literal } from './text.ts';

export interface Task {
  /** Unique in its list. */
  id: string;
  /** Foreign text, not yet escaped, as all texts here. */
  title: string;
  status: TaskCardBlock['status'];
  lines: readonly string[];
  /** Shown as preformatted text. */
  evidence?: readonly string[];
}

export const planBlock = (title: string, tasks: readonly Task[]): PlanBlock => ({
  type: 'plan',
  title: literal(title),
  tasks: tasks.map(taskCard),
});

function taskCard({ id, title, status, lines, evidence = [] }: Task): TaskCardBlock {
  return {
    type: 'task_card',
    task_id: literal(id),
    title: literal(title, 220),
    status,
    ...(lines.length + evidence.length > 0 && { details: richText(lines, evidence) }),
  };
}

function richText(lines: readonly string[], evidence: readonly string[]): RichTextBlock {
  return {
    type: 'rich_text',
    elements: [
      ...lines.map((line) => ({
        type: 'rich_text_section' as const,
        elements: [{ type: 'text' as const, text: literal(line, 300) || '–' }],
      })),
      ...evidence.map((line) => ({
        type: 'rich_text_preformatted' as const,
        elements: [{ type: 'text' as const, text: literal(line, 300) || '–' }],
      })),
    ],
  };
}

const marks: Record<Task['status'], string> = {
  pending: '⚪',
  in_progress: '🔄',
  complete: '✅',
  error: '❌',
};

export function plainTasks(tasks: readonly Task[]): KnownBlock[] {
  return sections(
    tasks.flatMap(({ title, status, lines, evidence = [] }) => [
      `${marks[status]} ${escaped(title, 220)}`,
      ...lines.map((line) => `↳ ${escaped(line, 300)}`),
      ...evidence.map((line) => `↳ ${code(line, 300)}`),
    ]),
  );
}
