/** What people see on the Home tab: calm, busy, and far too much. */
import type { KnownBlock } from '@slack/types';
import type { Block } from '../../src/records/block.ts';
import { actionIds } from '../../src/templates/actions.ts';
import type { HomeDeployment } from '../../src/templates/home/deployments.ts';
import { type HomeReport, homeView } from '../../src/templates/home.ts';
import { incidentSample, incidentStates, minute } from './incident-samples.ts';
import { ana, ben, sample, start, states } from './samples.ts';

const link = 'https://links.example/archives/C1/p1';

export const everyAction = Object.values(actionIds);
const shows = (state: string, changes = {}, allowed: readonly string[] = everyAction): HomeDeployment => ({
  deployment: sample({ ...states[state], ...changes }),
  allowed,
  link,
});

type Service = HomeReport['environments'][number]['services'][number];
const runs = (service: string, version: string | null, more: Partial<Service> = {}): Service => ({
  service,
  version,
  provenAt: start - 26 * 60 * minute,
  concern: null,
  unknown: null,
  ...more,
});
const names = ['api-gateway', 'auth', 'payments', 'web'];

export const freeze = (more: Partial<Block> = {}): Block => ({
  id: 'freeze:production',
  kind: 'freeze',
  environment: 'production',
  since: start - 90 * minute,
  until: start + 14 * 60 * minute,
  by: ben,
  reason: 'Sale of the year until tomorrow morning',
  incident: null,
  ...more,
});

export const calm: HomeReport = {
  organization: 'Skillancer',
  main: 'production',
  at: start,
  incidents: [],
  waiting: [],
  inFlight: [],
  environments: ['staging', 'production'].map((name) => ({
    name,
    lock: null,
    services: names.map((service) => runs(service, 'v1.2.3')),
    blocks: [],
  })),
  everywhere: [],
  followUps: [],
};

export const followUp = (n: number, text: string, due: number, issue: string | null = null) => ({
  incident: { id: 'INC-9', title: 'Search was slow', severity: 'P2', drill: null } as const,
  followUp: { n, text, owner: ana, due, done: null, link: issue, chasedAt: null },
});

export const busy: HomeReport = {
  organization: 'Skillancer',
  main: 'production',
  at: start + 8 * minute,
  incidents: [
    { incident: incidentStates.working ?? incidentSample(), link },
    {
      incident: incidentSample({
        id: 'INC-13',
        severity: 'P3',
        title: 'Avatars load slowly',
        services: ['web'],
        clocks: { ...incidentSample().clocks, update: start + 5 * minute },
      }),
      link: null,
    },
  ],
  waiting: [shows('approval'), shows('held', { id: 'D-126', environment: 'staging' })],
  inFlight: [shows('rollout-first', { id: 'D-127', environment: 'staging' })],
  environments: [
    {
      name: 'staging',
      lock: { deployment: 'D-127', since: start + 4 * minute },
      services: names.map((service, n) =>
        runs(service, n < 2 ? 'v1.3.0' : 'v1.2.3', { provenAt: n === 0 ? null : start }),
      ),
      blocks: [],
    },
    {
      name: 'production',
      lock: null,
      services: [
        runs('api-gateway', 'v1.2.3', { concern: '1 of 4 tasks run; a task was restarted 4 times in 5 min' }),
        runs('auth', 'v1.2.3'),
        runs('payments', null, { unknown: 'ECS did not answer within 5 s' }),
        runs('web', 'v1.2.3'),
      ],
      blocks: [
        {
          block: freeze({
            id: 'INC-12',
            kind: 'incident',
            incident: 'INC-12',
            since: start,
            until: null,
            reason: 'P1: Checkout is down',
          }),
          mayEnd: false,
          isSecret: false,
        },
        { block: freeze(), mayEnd: true, isSecret: false },
      ],
    },
  ],
  everywhere: [
    {
      block: freeze({
        id: 'INC-14',
        kind: 'security',
        incident: 'INC-14',
        environment: null,
        since: start,
        until: null,
        reason: 'A key of the build was published',
      }),
      mayEnd: false,
      isSecret: true,
    },
  ],
  followUps: [
    followUp(1, 'Limit the connection pool', start + 14 * 1440 * minute, 'https://links.example/issues/7'),
    followUp(2, 'Alert on the number of open connections', start - 1440 * minute),
  ],
};

/** Two hundred services, forty of everything else. */
export const huge: HomeReport = {
  ...busy,
  incidents: Array.from({ length: 40 }, (_, n) => ({
    incident: incidentSample({ ...incidentStates.many, id: `INC-${n}`, acknowledged: null }),
    link,
  })),
  waiting: Array.from({ length: 40 }, (_, n) => shows('approval', { id: `D-${n}` })),
  inFlight: Array.from({ length: 40 }, (_, n) => shows('rollout-many', { id: `D-${100 + n}` })),
  environments: Array.from({ length: 30 }, (_, e) => ({
    name: `env-${e}`,
    lock: { deployment: `D-${100 + e}`, since: start },
    services: Array.from({ length: 200 }, (_s, n) =>
      runs(`service-${n}`, `v1.${n % 20}.0`, n % 3 === 0 ? { concern: 'a rollout is under way' } : {}),
    ),
    blocks: Array.from({ length: 5 }, (_b, n) => ({
      block: freeze({ id: `freeze:${n}`, environment: `env-${e}` }),
      mayEnd: true,
      isSecret: false,
    })),
  })),
  followUps: Array.from({ length: 40 }, (_, n) => followUp(n, `Do something about it, number ${n}`, start)),
};

/** For the pictures. */
export const homePages: Record<string, [name: string, blocks: KnownBlock[]][]> = {
  'home-calm': [['calm', homeView(calm).blocks]],
  'home-busy': [['busy', homeView(busy).blocks]],
  'home-huge': [['huge', homeView(huge).blocks]],
};
