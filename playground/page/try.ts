/**
 * Uses the page in a real browser, as people do, and takes pictures: `npx tsx playground/page/try.ts <folder>`.
 * Needs a Chromium on the PATH (or in `CHROMIUM`). Ends with an error when something does not work.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Locator, type Page } from 'playwright-core';
import { startStage } from '../stage.ts';
import { startPage } from './server.ts';

const [folder = 'pictures'] = process.argv.slice(2);
await mkdir(folder, { recursive: true });

const stage = await startStage({ scale: 30, say: console.log });
const page = await startPage(stage);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const problems: string[] = [];
try {
  const desk = await open(1280, 860);
  await picture(desk, 'intro');
  await line(desk).fill('/dep');
  await picture(desk, 'offers');
  await type(desk, '/deploy staging all v1.5.0');
  await card(desk).getByText('Rolling out stage').first().waitFor();
  await picture(desk, 'rolling-out');
  await card(desk).getByText('✅').first().waitFor({ timeout: 60_000 });

  await type(desk, '/deploy production all');
  await card(desk).getByText('Waiting for approval').waitFor();
  await card(desk).getByRole('button', { name: 'Reject' }).click();
  await picture(desk, 'confirm');
  await desk.getByRole('dialog').getByRole('button', { name: 'Go back' }).click();
  await desk.getByText('ben', { exact: false }).first().click();
  await picture(desk, 'approval');
  await card(desk).getByRole('button', { name: 'Approve' }).click();
  await desk.getByText('Noted: you approved').waitFor();
  await card(desk).getByText('Rolling out stage 2').waitFor();
  await card(desk).getByText('0 of 2 tasks up').waitFor();
  await picture(desk, 'deploy');
  await card(desk).getByText('Watching').waitFor({ timeout: 60_000 });
  await card(desk)
    .getByRole('button', { name: /repl(y|ies)/ })
    .click();
  await desk.waitForTimeout(1500);
  await picture(desk, 'thread');

  const phone = await open(390, 844);
  await picture(phone, 'phone-chat');
  await phone.getByRole('button', { name: 'cloud', exact: true }).click();
  await picture(phone, 'phone-cloud');
  await phone.getByRole('button', { name: 'chat', exact: true }).click();

  await card(desk).getByText('✅').first().waitFor({ timeout: 60_000 });
  await type(desk, '/rollback api-gateway');
  await desk.getByRole('dialog').waitFor();
  await desk.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
  await desk.getByText('Please complete this required field.').first().waitFor();
  await picture(desk, 'form-errors');
  await desk.keyboard.press('Escape');
  await desk.getByRole('dialog').waitFor({ state: 'detached' });

  await type(desk, '/health production --full');
  await desk.getByText('Health of production').waitFor();
  await type(desk, '/ops status');
  await desk.getByText('What runs where').waitFor();
  await type(desk, '/deploy producton al');
  await desk.waitForTimeout(1000);
  await picture(desk, 'answers');
  await type(desk, '<script>alert(1)</script> <b>hello</b> @ana');
  await desk.getByText(/hello/).waitFor();

  await desk.getByRole('button', { name: 'Cloud', exact: true }).click();
  await desk.getByRole('button', { name: 'Kill -9' }).click();
  await desk.getByText('does not run').waitFor();
  await desk.getByRole('button', { name: 'Start', exact: true }).click();
  await desk.getByRole('button', { name: 'Kill -9' }).waitFor({ timeout: 20_000 });
  if (problems.length > 0) throw new Error(`The browser complained:\n${problems.join('\n')}`);
  console.log(`Everything worked; the pictures are in ${folder}`);
} finally {
  await browser.close();
  await page.stop();
  await stage.stop();
}

async function open(width: number, height: number): Promise<Page> {
  const tab = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: 1 });
  tab.setDefaultTimeout(20_000);
  tab.on('pageerror', (error) => problems.push(error.message));
  tab.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await tab.goto(page.url);
  await line(tab).waitFor();
  return tab;
}

function line(tab: Page): Locator {
  return tab.getByRole('combobox', { name: /^Message #/ });
}

async function type(tab: Page, text: string): Promise<void> {
  await line(tab).fill(text);
  await line(tab).press('Enter');
}

/** The newest deployment's message. */
function card(tab: Page): Locator {
  return tab.locator('main article:not(.private)').last();
}

async function picture(tab: Page, name: string): Promise<void> {
  await tab.waitForTimeout(400);
  await tab.screenshot({ path: join(String(folder), `${name}.png`) });
}
