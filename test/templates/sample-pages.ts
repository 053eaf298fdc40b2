/** Every kind of message, grouped as they are best looked at: name -> messages' blocks. */
import type { KnownBlock } from '@slack/types';
import { chunk } from 'es-toolkit';
import type { HealthReport, ProbeResult } from '../../src/records/health.ts';
import { auditLog } from '../../src/templates/audit-log.ts';
import { deploymentCard } from '../../src/templates/deployment-card.ts';
import { deployForm, rollbackForm } from '../../src/templates/forms.ts';
import { healthReport, healthWorking } from '../../src/templates/health-report.ts';
import { help } from '../../src/templates/help.ts';
import type { Message } from '../../src/templates/message.ts';
import { planReply, requestAccepted } from '../../src/templates/plan.ts';
import { clickAnswer, refused, sorry } from '../../src/templates/replies.ts';
import { statusReport } from '../../src/templates/status.ts';
import { storyLine } from '../../src/templates/story.ts';
import { ana, approvers, ben, checklist, failedRollout, sample, start, states, told } from './samples.ts';

const probe = (name: string, more: Partial<ProbeResult> = {}): ProbeResult => ({
  name,
  url: `https://api.skillancer.com/health/${name}`,
  verdict: 'ok',
  took: 84,
  because: null,
  ...more,
});
const running = { version: 'v1.2.3', ref: 'arn:1', running: 3, desired: 3, steady: true, concern: null };

export const health: HealthReport = {
  environment: 'production',
  full: false,
  at: start,
  took: 1840,
  services: [
    {
      service: 'api-gateway',
      running,
      unknown: null,
      probes: [probe('live'), probe('ready', { took: 312 })],
    },
    { service: 'auth', running: null, unknown: 'ECS did not answer within 5 s', probes: [probe('live')] },
    {
      service: 'payments',
      running: { ...running, running: 2, concern: 'a task was restarted 4 times in 5 min' },
      unknown: null,
      probes: [
        probe('live'),
        probe('ready', { verdict: 'failed', because: '503, expected 200', took: 40 }),
        probe('dashboard', { verdict: 'unknown', because: 'no answer within 5 s', took: null }),
      ],
    },
    { service: 'web', running, unknown: null, probes: [] },
  ],
};

const status = statusReport({
  at: start,
  environments: [
    {
      name: 'staging',
      lock: null,
      services: [
        {
          service: 'api-gateway',
          version: 'v1.2.3',
          provenAt: start - 1_200_000,
          concern: null,
          unknown: null,
        },
      ],
    },
    {
      name: 'production',
      lock: { deployment: 'D-128', since: start },
      services: [
        {
          service: 'api-gateway',
          version: 'v1.2.2',
          provenAt: start - 86_400_000,
          concern: null,
          unknown: null,
        },
        {
          service: 'auth',
          version: 'v1.2.3',
          provenAt: null,
          concern: 'a rollout is under way',
          unknown: null,
        },
        { service: 'payments', version: null, provenAt: null, concern: null, unknown: 'ECS did not answer' },
      ],
    },
  ],
  inFlight: [states['rollout-first'] ?? sample()],
  freezes: [
    {
      id: 'freeze:production',
      kind: 'freeze',
      environment: 'production',
      since: start,
      until: start + 3_600_000,
      by: { id: 'U0BEN00001', name: 'ben' },
      reason: 'the database moves',
      incident: null,
    },
  ],
  halts: [],
  incidents: [
    {
      id: 'INC-12',
      severity: 'P2',
      status: 'mitigating',
      environment: 'production',
      title: 'Payments fail',
      isPrivate: false,
      drill: null,
    },
  ],
});

const audit = auditLog(
  [
    {
      at: start,
      who: ana,
      what: 'deploy.asked',
      deployment: 'D-128',
      environment: 'production',
      detail: '/deploy production all',
      from: 'command',
    },
    {
      at: start + 240_000,
      who: ben,
      what: 'approval.approved',
      deployment: 'D-128',
      environment: 'production',
      detail: null,
      from: 'button',
    },
    {
      at: start + 300_000,
      who: null,
      what: 'service.updated',
      deployment: 'D-128',
      environment: 'production',
      detail: 'auth v1.2.2 → v1.2.3',
      from: 'worker',
    },
  ],
  null,
);

const thread = sample({
  story: [
    told('requested', { by: ana }),
    told('approved', { by: ben }),
    told('waiting-for-lock', { detail: 'D-127' }),
    told('started'),
    told('stage-started', { detail: '1' }),
    told('service-stable', { service: 'auth' }),
    told('service-unchanged', { service: 'payments' }),
    told('stage-verified', { detail: '1' }),
    told('stage-started', { detail: '2' }),
    told('service-failed', {
      service: 'web',
      detail: failedRollout.problem,
      evidence: failedRollout.evidence,
    }),
    told('could-not-tell', { detail: 'ThrottlingException: Rate exceeded' }),
    told('verification-failed', { service: 'web', detail: 'ready: 503, expected 200' }),
    told('watch-started', { detail: String(start + 300_000) }),
    told('watch-failed', { detail: 'payments failed 3 looks in a row' }),
    told('stop-asked', { by: ben, detail: 'customers complain' }),
    told('rollback-started', { detail: 'payments failed 3 looks in a row' }),
    told('service-restored', { service: 'web', detail: 'v1.2.2' }),
    told('rollback-verified'),
    told('held', { detail: 'Could not tell 6 times in a row: ThrottlingException' }),
    told('answered', { by: ben, detail: 'retry' }),
    told('ended', { at: start + 600_000, detail: 'rolled-back' }),
  ],
});

const replies: Message[] = [
  refused({
    message: 'There is no environment "prodction".',
    hint: 'Did you mean production?',
    suggestion: { label: 'Deploy to production', command: '/deploy production all' },
  }),
  refused({
    message: 'You may not deploy to production.',
    hint: 'Ask one of the deployers: @engineering.',
    suggestion: undefined,
  }),
  sorry('7f3a9c'),
  clickAnswer('recorded', { deployment: 'D-128', choice: 'approve' }),
  clickAnswer('already-decided', { deployment: 'D-128', choice: 'approve', by: ben, at: start }),
  clickAnswer('stale', { deployment: 'D-128' }),
  clickAnswer('denied', { deployment: 'D-128', why: 'Only @devops-lead and @backend-lead approve here.' }),
  clickAnswer('own-approval', { deployment: 'D-128' }),
  clickAnswer('ended', { deployment: 'D-128', ending: 'rolled-back' }),
  clickAnswer('working', { deployment: 'D-128' }),
  requestAccepted(sample(), '#deployments'),
  requestAccepted(sample({ wanted: { services: ['api-gateway', 'web'], version: null } }), 'C0000DEPLOY'),
  requestAccepted(sample({ planOnly: true }), '#deployments'),
  healthWorking('production', 4),
];

const choices = {
  environments: ['staging', 'production'],
  services: ['api-gateway', 'auth', 'payments', 'web'],
  channel: 'C0000DEPLOY',
};
const known = (blocks: { type: string }[]): KnownBlock[] => blocks as KnownBlock[];
const view = { now: start, approvers, checklist };
/** A message's two forms, under names for the page. */
const both = (name: string, { blocks, plain }: Message): Shown[] => [
  [name, blocks],
  ...(plain ? ([[`${name}, plain`, plain]] as Shown[]) : []),
];
const each = (messages: readonly Message[]): Shown[] => messages.map(({ blocks }, i) => [`${i + 1}`, blocks]);

type Shown = [name: string, blocks: KnownBlock[]];

const cardPages = Object.fromEntries(
  chunk(Object.entries(states), 3).flatMap((group) => {
    const name = group.map(([state]) => state).join('+');
    const cards = group.map(([state, d]) => [state, deploymentCard(d, view)] as const);
    return [
      [`card-${name}`, cards.map(([state, { blocks }]): Shown => [state, blocks])],
      [`plain-${name}`, cards.map(([state, { plain = [] }]): Shown => [state, plain])],
    ];
  }),
);

/** Every page: the messages that are looked at together. */
export const samplePages: Record<string, Shown[]> = {
  ...cardPages,
  story: each(thread.story.flatMap((_, i) => storyLine(thread, i) ?? [])),
  plan: each([
    planReply(sample({ planOnly: true, step: 'ended', ending: 'planned' }), approvers),
    planReply(states.refused ?? sample(), []),
    planReply(states['many-approval'] ?? sample(), approvers),
  ]),
  replies: each(replies),
  health: both('health', healthReport(health)),
  status: both('status', status),
  audit: both('audit', audit),
  help: each((['deploy', 'rollback', 'health', 'ops'] as const).map((c) => help(c))),
  'form-deploy': [['form', known(deployForm(choices).blocks)]],
  'form-rollback': [
    [
      'form',
      known(
        rollbackForm({
          ...choices,
          chosen: { environment: 'production', services: ['auth'] },
          confirmWord: 'ROLLBACK',
        }).blocks,
      ),
    ],
  ],
};
