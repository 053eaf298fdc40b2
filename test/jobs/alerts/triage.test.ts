/** What follows from alerts, as stories of one group: a line an alert, and what became of it. */
import { describe, expect, test } from '@jest/globals';
import type { AlertRules } from '../../../src/jobs/alerts/hear.ts';
import { triage } from '../../../src/jobs/alerts/triage.ts';
import type { Alert } from '../../../src/records/alert.ts';
import { type AlertGroup, quietGroup } from '../../../src/records/alert-group.ts';
import { alertWith, minutes, start } from './samples.ts';

const plain: AlertRules = { ask_first: false, fire_for: 0, flap_changes: 4, flap_within: 600_000 };

/** What happened, in minutes since the start by the source's clock, and when we heard of it where that was later. */
interface Step {
  fires?: number;
  ends?: number;
  key?: string;
  heard?: number;
  /** The open incident, from here on; null: none. */
  covering?: string | null;
  isRepeat?: boolean;
  /** As the workers or people leave it between two alerts. */
  becomes?: Partial<AlertGroup>;
  expect: string;
}

/** `phase episode | news… | look at minute n` */
function play(steps: readonly Step[], rules: Partial<AlertRules>, mayOpen = true): string[] {
  let group = quietGroup('production', 'api-gateway');
  let covering: string | null = null;
  return steps.map((step) => {
    group = { ...group, ...step.becomes };
    covering = step.covering === undefined ? covering : step.covering;
    const minute = step.fires ?? step.ends ?? 0;
    const alert: Alert = alertWith({
      key: step.key ?? 'errors',
      title: step.key ?? 'errors',
      state: step.ends === undefined ? 'firing' : 'resolved',
      at: minutes(minute),
    });
    const around = {
      now: minutes(step.heard ?? minute),
      covering,
      mayOpen,
      isRepeat: step.isRepeat ?? false,
    };
    const next = triage(group, alert, { ...plain, ...rules }, around);
    group = next.group;
    const news = next.news.map(({ what }) => {
      if (what.kind === 'alert') return `${what.alert.title} ${what.alert.state}`;
      return what.kind === 'note' ? (what.text.includes('flaps') ? 'flaps' : 'all over') : what.kind;
    });
    const lookAt = next.lookAt === null ? [] : [`look at ${(next.lookAt - start) / 60_000}`];
    return [`${group.phase} ${group.episode}`, ...news, ...lookAt].join(' | ');
  });
}

const opened = { phase: 'open', incident: 'INC-1' } as const;

describe.each<[string, Step[], Partial<AlertRules>?, boolean?]>([
  ['an alert opens', [{ fires: 0, expect: 'opening 1' }]],
  ['an end that nobody knows is nothing', [{ ends: 1, expect: 'quiet 0' }]],
  [
    'an end that comes before its beginning keeps it shut',
    [
      { ends: 1, expect: 'quiet 0' },
      { fires: 0, heard: 2, expect: 'quiet 0' },
      { fires: 3, expect: 'opening 1' },
    ],
  ],
  [
    'the incident hears of what is new, and once that all is over',
    [
      { fires: 0, expect: 'opening 1' },
      { fires: 0, becomes: opened, covering: 'INC-1', expect: 'open 1' },
      { fires: 1, key: 'latency', expect: 'open 1 | latency firing' },
      { ends: 2, expect: 'open 1 | errors resolved' },
      { ends: 2, expect: 'open 1' },
      { ends: 3, key: 'latency', expect: 'quiet 1 | latency resolved | all over' },
      { fires: 4, expect: 'open 1 | errors firing' },
    ],
  ],
  [
    'what is sent again after its end opens nothing',
    [
      { fires: 0, expect: 'opening 1' },
      { ends: 1, becomes: opened, covering: null, expect: 'quiet 1' },
      { fires: 0, heard: 5, expect: 'quiet 1' },
      { fires: 1, heard: 5, expect: 'quiet 1' },
      { fires: 2, heard: 5, expect: 'opening 2' },
    ],
  ],
  [
    'an incident that people resolved is not opened again by what they know',
    [
      { fires: 0, expect: 'opening 1' },
      { fires: 0, becomes: opened, covering: null, expect: 'open 1' },
      { fires: 5, expect: 'open 1' },
      { fires: 6, key: 'latency', expect: 'opening 2' },
    ],
  ],
  [
    'an incident that is there already is fed with everything that fires',
    [{ fires: 0, covering: 'INC-7', expect: 'open 0 | errors firing' }],
  ],
  [
    'it has to fire for a while',
    [
      { fires: 0, expect: 'waiting 1 | look at 5' },
      { fires: 0, heard: 3, isRepeat: true, expect: 'waiting 1 | look at 5' },
      { fires: 0, heard: 5, isRepeat: true, expect: 'opening 1' },
    ],
    { fire_for: 300_000 },
  ],
  [
    'what has fired for long does not wait',
    [{ fires: 0, heard: 6, expect: 'opening 1' }],
    { fire_for: 300_000 },
  ],
  [
    'a spike opens nothing',
    [
      { fires: 0, expect: 'waiting 1 | look at 5' },
      { ends: 2, expect: 'quiet 1' },
      { fires: 0, heard: 5, isRepeat: true, expect: 'quiet 1' },
    ],
    { fire_for: 300_000 },
  ],
  [
    'while it waits an incident is declared by hand',
    [
      { fires: 0, expect: 'waiting 1 | look at 5' },
      { fires: 0, heard: 5, isRepeat: true, covering: 'INC-3', expect: 'open 1 | errors firing' },
    ],
    { fire_for: 300_000 },
  ],
  [
    'people are asked once an episode',
    [
      { fires: 0, expect: 'asked 1' },
      { fires: 1, key: 'latency', expect: 'asked 1' },
      { fires: 2, key: 'cpu', becomes: { phase: 'dismissed', since: minutes(1) }, expect: 'dismissed 1' },
      { ends: 3, expect: 'dismissed 1' },
      { ends: 3, key: 'latency', expect: 'dismissed 1' },
      { ends: 3, key: 'cpu', expect: 'quiet 1' },
      { fires: 4, expect: 'asked 2' },
    ],
    { ask_first: true },
  ],
  [
    'a dismissal does not hold for ever',
    [
      { fires: 0, expect: 'asked 1' },
      { fires: 13 * 60, key: 'new', becomes: { phase: 'dismissed', since: start }, expect: 'asked 2' },
    ],
    { ask_first: true },
  ],
  [
    'flapping is told once, and then what remains of it',
    [
      { fires: 0, expect: 'opening 1' },
      { ends: 1, becomes: opened, covering: 'INC-1', expect: 'quiet 1 | errors resolved | all over' },
      { fires: 2, expect: 'open 1 | errors firing' },
      { ends: 3, expect: 'quiet 1 | errors resolved | all over' },
      { fires: 4, expect: 'quiet 1 | flaps | look at 14' },
      { ends: 5, expect: 'quiet 1 | look at 15' },
      { fires: 6, expect: 'quiet 1 | look at 16' },
      { fires: 6, heard: 16, isRepeat: true, expect: 'open 1 | errors firing' },
    ],
  ],
  [
    'flapping opens nothing more until it is quiet',
    [
      { fires: 0, expect: 'opening 1' },
      { ends: 1, becomes: opened, covering: null, expect: 'quiet 1' },
      { fires: 2, expect: 'opening 2' },
      { ends: 3, becomes: { phase: 'open', incident: 'INC-2' }, expect: 'quiet 2' },
      { fires: 4, expect: 'quiet 2 | look at 14' },
      { ends: 5, expect: 'quiet 2 | look at 15' },
      { ends: 5, heard: 15, isRepeat: true, expect: 'quiet 2' },
      { fires: 30, expect: 'opening 3' },
    ],
  ],
  [
    'one that flaps does not hide its neighbour',
    [
      { fires: 0, expect: 'opening 1' },
      { ends: 1, becomes: opened, covering: null, expect: 'quiet 1' },
      { fires: 2, expect: 'opening 2' },
      { ends: 3, becomes: { phase: 'open' }, expect: 'quiet 2' },
      { fires: 4, expect: 'quiet 2 | look at 14' },
      { fires: 5, key: 'latency', expect: 'opening 3' },
    ],
  ],
  ['an environment that nobody depends on opens nothing', [{ fires: 0, expect: 'quiet 0' }], {}, false],
  [
    'an environment that nobody depends on feeds',
    [{ fires: 0, covering: 'INC-9', expect: 'open 0 | errors firing' }],
    {},
    false,
  ],
])('%s', (_, steps, rules = {}, mayOpen = true) => {
  test('as told', () => {
    expect(play(steps, rules, mayOpen)).toEqual(steps.map((step) => step.expect));
  });
});

test('what is heard often is counted, and a look of ours is not', () => {
  let group = quietGroup('production', null);
  const around = { now: start, covering: null, mayOpen: true };
  for (const isRepeat of [false, false, true, false]) {
    group = triage(group, alertWith(), plain, { ...around, isRepeat }).group;
  }
  expect(group.members[0]?.count).toBe(3);
});

test('a group does not grow for ever, and forgets what ended first', () => {
  let group = quietGroup('production', null);
  for (let n = 0; n < 300; n++) {
    const alert = alertWith({ key: `k${n}`, state: n < 150 ? 'resolved' : 'firing', at: minutes(n) });
    const around = { now: minutes(n), covering: null, mayOpen: true, isRepeat: false };
    group = triage(group, alert, plain, around).group;
  }
  expect(group.members).toHaveLength(100);
  expect(group.members.every((m) => m.alert.state === 'firing')).toBe(true);
});
