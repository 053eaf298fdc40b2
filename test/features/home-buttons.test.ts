/** The buttons of the Home tab do what the commands and the cards do, for whoever may. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Bot, startBot } from '../support/bot.ts';

const withIncidents = (text: string) =>
  `${text}\nincidents:\n  on_call: { otherwise: ["@devops-lead"] }\n`.replace(
    'deployments: "#deployments"',
    'deployments: "#deployments", incidents: "#general"',
  );

let bot: Bot;
beforeAll(async () => {
  bot = await startBot({ catalog: (t) => withIncidents(t).replace('after: staging', '') });
});
afterAll(async () => {
  await bot.stop();
});

const home = (name: string) => JSON.stringify(bot.slack.home(name)?.blocks ?? []);
const opened = async (name: string) => {
  await bot.slack.openHome({ as: name });
  await bot.until(`the Home tab of ${name}`, () => (home(name).includes('home-drawn') ? true : undefined));
};

test.each([
  ['Deploy', 'Deploy'],
  ['Roll back', 'Roll back'],
  ['Declare an incident', 'incident'],
])('%s opens its form', async (label, title) => {
  await opened('ana');
  const value = { Deploy: '/deploy', 'Roll back': '/rollback' }[label];
  await bot.slack.click(value ? { text: label, value } : { text: label }, { as: 'ana' });
  const form = await bot.form('ana');
  expect(form.type === 'modal' ? form.title.text : '').toContain(title);
  await bot.slack.closeModal({ as: 'ana' });
});

test('Health looks at the main environment', async () => {
  await opened('ana');
  await bot.slack.click({ text: 'Health of staging' }, { as: 'ana' });
  await bot.whispered('ana', /staging.*healthy/i);
});

test('Approve approves, and the question goes from the tab', async () => {
  await opened('ben');
  const id = await bot.ask('/deploy production auth-svc v1.1.0', { as: 'ana' });
  await bot.shows(id, 'Waiting for approval');
  await bot.until('the question', () => (home('ben').includes('Waiting for you') ? true : undefined));
  const value = JSON.stringify({ deployment: id, round: 1 });
  expect(home('ben')).toContain(JSON.stringify(value));
  await bot.slack.click({ actionId: 'approve', value }, { as: 'ben' });
  expect(await bot.ended(id)).toBe('succeeded');
  await bot.until('peace', () => (home('ben').includes('Waiting for you') ? undefined : true));
});
