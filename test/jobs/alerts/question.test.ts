/** Where people are asked first: one question an episode, the first answer counts, and the message tells it. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TooLate } from '../../../src/clients/store/errors.ts';
import { createStore } from '../../../src/clients/store/index.ts';
import { answerAlert } from '../../../src/jobs/alerts/answer.ts';
import { alert } from '../../../src/records/alert.ts';
import { alertWith, minutes } from './samples.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage({ alerts: '{ ask_first: true }' });
});
afterEach(() => stage.close());

const group = 'production/api-gateway';
const ana = { id: 'U0ANA00001', name: 'ana' };
const ben = { id: 'U0BEN00001', name: 'ben' };
const questions = () => stage.slack.messages('incidents').map((m) => JSON.stringify(m.blocks));
/** What the workers find in their queue. */
const work = async () => {
  for (const job of await stage.queues.alerts.getJobs(['waiting'])) {
    await stage.handle(alert.parse(job.data));
    await job.remove();
  }
};

test('one question is posted however many alerts and workers there are', async () => {
  const alerts = Array.from({ length: 10 }, (_, n) => alertWith({ key: `k${n}` }));
  await Promise.all(alerts.map((one) => stage.handle(one)));
  expect(questions()).toHaveLength(1);
  expect(questions()[0]).toContain('Open an incident?');
  expect(questions()[0]).toContain('Open a P3');
  expect(await stage.incidents()).toEqual([]);
});

test('who says yes opens it, and the question says so', async () => {
  await stage.handle(alertWith());
  expect((await answerAlert(group, 'open', ana, stage.world)).outcome).toBe('opening');
  await work();
  expect(await stage.incidents()).toEqual([expect.objectContaining({ declaredBy: ana, severity: 'P3' })]);
  expect(questions()).toEqual([expect.stringMatching(/\*Opened\* by @ana as INC-1/)]);
});

test('who says not now is left alone until it begins anew', async () => {
  await stage.handle(alertWith());
  expect((await answerAlert(group, 'dismiss', ana, stage.world)).outcome).toBe('dismissed');
  await work();
  expect(questions()).toEqual([expect.stringContaining('Not an incident')]);
  await stage.handle(alertWith({ key: 'latency' }));
  expect(questions()).toHaveLength(1);
  stage.passTo(minutes(9));
  await stage.handle(alertWith({ state: 'resolved', at: minutes(8) }));
  await stage.handle(alertWith({ key: 'latency', state: 'resolved', at: minutes(8) }));
  await stage.handle(alertWith({ at: minutes(9) }));
  expect(questions()).toHaveLength(2);
  expect(questions()[0]).toContain('Not an incident');
  expect(await stage.incidents()).toEqual([]);
});

test('the first answer counts, and the same one again is the same', async () => {
  await stage.handle(alertWith());
  expect((await answerAlert(group, 'dismiss', ana, stage.world)).outcome).toBe('dismissed');
  expect((await answerAlert(group, 'open', ben, stage.world)).outcome).toBe('settled');
  expect((await answerAlert(group, 'dismiss', ana, stage.world)).outcome).toBe('dismissed');
  await work();
  expect(await stage.incidents()).toEqual([]);
});

test('both answers at once settle on one', async () => {
  await stage.handle(alertWith());
  const answers = await Promise.all([
    answerAlert(group, 'open', ana, stage.world),
    answerAlert(group, 'dismiss', ben, stage.world),
  ]);
  await work();
  expect(answers.filter(({ outcome }) => outcome !== 'settled')).toHaveLength(1);
  expect(await stage.incidents()).toHaveLength(answers[0]?.outcome === 'opening' ? 1 : 0);
});

test('what is over by itself needs no answer any more', async () => {
  await stage.handle(alertWith());
  stage.passTo(minutes(2));
  await stage.handle(alertWith({ state: 'resolved', at: minutes(2) }));
  expect(questions()).toEqual([expect.stringContaining('Over by itself')]);
  expect((await answerAlert(group, 'open', ana, stage.world)).outcome).toBe('settled');
  expect((await answerAlert('production/none', 'open', ana, stage.world)).outcome).toBe('settled');
});

test('a question that Slack refuses is not asked: it is opened', async () => {
  stage.slack.fail.error('chat.postMessage', 'is_archived', 10);
  await stage.handle(alertWith());
  expect(questions()).toEqual([]);
  expect(await stage.incidents()).toHaveLength(1);
});

test('a question whose answer was lost is found again, not asked again', async () => {
  stage.slack.fail.loseAnswer('chat.postMessage', 1);
  const again = await stage.handle(alertWith());
  expect(again).toBeGreaterThan(stage.world.clock.now());
  stage.passTo(again ?? 0);
  await stage.handle(alertWith());
  expect(questions()).toHaveLength(1);
  expect((await answerAlert(group, 'dismiss', ana, stage.world)).outcome).toBe('dismissed');
  await work();
  expect(questions()).toEqual([expect.stringContaining('Not an incident')]);
});

test('an answer that reaches Redis too late does not count', async () => {
  await stage.handle(alertWith());
  const hasty = { ...stage.world, store: createStore(stage.redis, stage.prefix, { patience: -1_000 }) };
  await expect(answerAlert(group, 'open', ana, hasty)).rejects.toThrow(TooLate);
  await work();
  expect(await stage.incidents()).toEqual([]);
  expect((await answerAlert(group, 'dismiss', ben, stage.world)).outcome).toBe('dismissed');
});
