import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
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
import * as hostile from './hostile.ts';
import { viewViolations, violations } from './limits.ts';
import { approvers, checklist, states } from './samples.ts';

const view = { now: 0, approvers, checklist };

/** Fails with what is wrong and the input that showed it. */
function holds<T>(inputs: fc.Arbitrary<T>, draw: (input: T) => Message | null, runs = 200): void {
  fc.assert(
    fc.property(inputs, (input) => {
      const message = draw(input);
      expect(message === null ? [] : violations(message)).toEqual([]);
    }),
    { numRuns: runs },
  );
}

describe('whatever people and clouds write, Slack takes it and nobody is rung by it:', () => {
  test('the card', () => holds(hostile.deployment, (d) => deploymentCard(d, view), 600));
  test('the card with a hostile checklist', () =>
    holds(fc.tuple(hostile.deployment, fc.array(hostile.text, { maxLength: 30 })), ([d, items]) =>
      deploymentCard(d, { now: 0, approvers: [], checklist: items }),
    ));
  test('the story', () => holds(hostile.deployment, (d) => storyLine(d, 0), 400));
  test('the plan', () => holds(hostile.deployment, (d) => planReply(d, approvers), 300));
  test('the acknowledgement', () =>
    holds(fc.tuple(hostile.deployment, hostile.text), ([d, channel]) => requestAccepted(d, channel)));
  test('refusals', () =>
    holds(
      fc.tuple(hostile.text, hostile.text, hostile.text, hostile.text),
      ([message, hint, label, command]) => refused({ message, hint, suggestion: { label, command } }),
    ));
  test('apologies and answers to clicks', () =>
    holds(fc.tuple(hostile.text, hostile.text), ([deployment, why]) => {
      expect(violations(sorry(why))).toEqual([]);
      return clickAnswer('denied', { deployment, why });
    }));
  test('health reports', () =>
    holds(
      hostile.health,
      (report) => {
        expect(violations(healthWorking(report.environment, 3))).toEqual([]);
        return healthReport(report);
      },
      60,
    ));
  test('the status', () => holds(hostile.status, statusReport));
  test('the audit', () =>
    holds(fc.tuple(hostile.audit, fc.option(hostile.text, { nil: null })), ([entries, subject]) =>
      auditLog(entries, subject),
    ));
  test('the forms', () =>
    fc.assert(
      fc.property(hostile.text, hostile.text, fc.integer({ min: 1, max: 200 }), (reason, version, n) => {
        const services = Array.from({ length: n }, (_, i) => `service-${i}`);
        const choices = { environments: ['staging', 'production'], services, channel: reason };
        const chosen = { environment: version, services: ['service-0', reason], version, reason };
        expect(viewViolations(deployForm({ ...choices, chosen }))).toEqual([]);
        expect(viewViolations(rollbackForm({ ...choices, chosen, confirmWord: 'ROLLBACK' }))).toEqual([]);
      }),
    ));
});

test.each(Object.entries(states))('the card of "%s" is within the limits', (_, d) => {
  expect(violations(deploymentCard(d, view))).toEqual([]);
});

test.each(['deploy', 'rollback', 'health', 'ops'] as const)(
  'the help of %s is within the limits',
  (topic) => {
    expect(violations(help(topic))).toEqual([]);
  },
);

test('a broadcast in a reason would be found if it were let through', () => {
  const section = {
    type: 'section' as const,
    text: { type: 'mrkdwn' as const, text: 'hi <!channel>', verbatim: true },
  };
  expect(violations({ text: 'hi', blocks: [section] })).toEqual(['blocks[0].text.text: <!channel>']);
});
