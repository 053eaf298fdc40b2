/** What people see of incidents, grouped as it is best looked at: name -> messages' blocks. */
import type { KnownBlock } from '@slack/types';
import type { Post } from '../../src/records/effect.ts';
import type { Incident } from '../../src/records/incident.ts';
import { alertAnswered, alertQuestion } from '../../src/templates/incident/alert-question.ts';
import { incidentCard } from '../../src/templates/incident/card.ts';
import { incidentList, timelineMessage } from '../../src/templates/incident/list.ts';
import { pageMessage } from '../../src/templates/incident/paging.ts';
import { incidentPost } from '../../src/templates/incident/posts.ts';
import { roomCard } from '../../src/templates/incident/room-card.ts';
import { incidentSample, incidentStates, minute, viewOf } from './incident-samples.ts';
import { ana, start } from './samples.ts';

type Shown = [name: string, blocks: KnownBlock[]];

const state = (name: string): Incident => incidentStates[name] ?? incidentSample();
const cards = (...names: string[]): Shown[] =>
  names.map((name) => [name, incidentCard(state(name), viewOf(state(name))).blocks]);
const room = (name: string, now = start + 12 * minute): Shown[] => [
  [name, roomCard(state(name), viewOf(state(name), { now })).blocks],
];
const posts = (name: string, ...kinds: Post[]): Shown[] =>
  kinds.map((post, n) => [`${post.kind} ${n}`, incidentPost(state(name), post, viewOf(state(name))).blocks]);

export const question = {
  group: 'production/api-gateway',
  title: '5xx of api-gateway above 1%',
  severity: 'P3',
  service: 'api-gateway',
  environment: 'production',
  alerts: 3,
  since: start,
  link: 'https://links.example/alarm',
} as const;

const findings = incidentPost(state('working'), { kind: 'findings', at: start }, viewOf(state('working')));

/** Every page: the messages that are looked at together. */
export const incidentPages: Record<string, Shown[]> = {
  'incident-cards-1': cards('fresh', 'by-alert', 'working'),
  'incident-cards-2': cards('troubled', 'resolved', 'merged'),
  'incident-cards-3': cards('corrupted', 'cleared', 'drill', 'many'),
  'incident-room-fresh': room('fresh'),
  'incident-room-working': room('working'),
  'incident-room-troubled': room('troubled', start + 40 * minute),
  'incident-room-corrupted': room('corrupted'),
  'incident-room-resolved': room('resolved'),
  'incident-room-many': room('many'),
  'incident-posts-1': posts(
    'working',
    { kind: 'timeline', entry: 3 },
    { kind: 'timeline', entry: 4 },
    { kind: 'timeline', entry: 5 },
    { kind: 'update', n: 1 },
    { kind: 'draft', n: 2, dueAt: start + 30 * minute },
    { kind: 'overdue-update', n: 2 },
    { kind: 'roles', missing: ['scribe'] },
    { kind: 'told', why: 'A deployment failed: D-128 of api-gateway' },
  ),
  'incident-posts-2': [
    ['findings', findings.blocks],
    ['findings, plain', findings.plain ?? []],
    ...posts('working', { kind: 'mitigate' }, { kind: 'recent-deployments' }, { kind: 'customers' }),
  ],
  'incident-posts-3': [
    ...posts('corrupted', { kind: 'emergency' }, { kind: 'mitigate' }),
    ...posts(
      'resolved',
      { kind: 'resolved' },
      { kind: 'chase', followUp: 1 },
      { kind: 'chase', followUp: 2 },
    ),
    ...posts('drill', { kind: 'reopened' }, { kind: 'draft', n: 2, dueAt: start + 30 * minute }),
  ],
  'incident-lists': [
    ['list', incidentList(Object.values(incidentStates), start + 20 * minute).blocks],
    ['timeline', timelineMessage(state('working')).blocks],
  ],
  'incident-paging': [
    ['page', pageMessage(state('fresh'), viewOf(state('fresh')), 'P1 declared by @ana').blocks],
    ['page of a drill', pageMessage(state('drill'), viewOf(state('drill')), 'nobody acknowledged it').blocks],
    ['question', alertQuestion(question).blocks],
    [
      'opened',
      alertAnswered(question, {
        kind: 'opened',
        incident: 'INC-13',
        by: ana,
        link: 'https://links.example/x',
      }).blocks,
    ],
    ['dismissed', alertAnswered(question, { kind: 'dismissed', by: ana }).blocks],
  ],
};
