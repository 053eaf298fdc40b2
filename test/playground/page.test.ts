import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Page, startPage } from '../../playground/page/server.ts';
import { type Stage, startStage } from '../../playground/stage.ts';

let stage: Stage;
let page: Page;

beforeAll(async () => {
  stage = await startStage({ scale: 40 });
  page = await startPage(stage);
}, 60_000);

afterAll(async () => {
  await page?.stop();
  await stage?.stop();
}, 60_000);

describe('what the server gives', () => {
  test('the page asks nobody but its own server for anything', async () => {
    const [html, script, style] = await Promise.all(['/', '/page.js', '/page.css'].map(get));
    expect(html?.text).toContain('<div id="page">');
    expect(script?.text.length).toBeGreaterThan(100_000);
    expect(style?.text).toContain('.composer');
    expect(html?.policy).toContain("default-src 'none'");
    expect(`${html?.text}${style?.text}`).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  });

  test('another site that the same browser visits can neither act nor look', async () => {
    const foreign = [
      { origin: 'https://elsewhere.example', 'content-type': 'application/json' },
      { 'content-type': 'text/plain' },
    ];
    for (const headers of foreign) {
      const { status } = await fetch(`${page.url}/do`, { method: 'POST', headers, body: '{}' });
      expect(status).toBe(403);
    }
  });

  test('what makes no sense is answered in words', async () => {
    expect(await act({ do: 'dance' })).toMatchObject({ status: 400, trouble: expect.stringContaining('do') });
    expect(await act({ do: 'click', as: 'ana', button: { text: 'No such button' } })).toMatchObject({
      status: 400,
      trouble: expect.stringContaining('No such button'),
    });
  });
});

describe('what people do on it', () => {
  test('a deployment is asked for, approved by another person and seen by everybody', async () => {
    await using ana = await watch('ana');
    await using ben = await watch('ben');
    await act({
      do: 'say',
      as: 'ana',
      in: 'deployments',
      text: '/deploy production web v1.5.0 --reason "<b>x</b>" --plan',
    });
    await ana.sees('Nothing was changed');
    expect(ben.text()).not.toContain('Nothing was changed');

    await act({ do: 'say', as: 'ana', in: 'deployments', text: '/deploy staging web v1.5.0' });
    await ben.sees('Deploy to staging');
    await ben.sees('✅ *Deployed*');
    await act({ do: 'say', as: 'ana', in: 'deployments', text: '/deploy production web' });
    await ben.sees('Waiting for approval');
    expect(await act({ do: 'click', as: 'ben', button: { actionId: 'approve' } })).toMatchObject({
      status: 200,
    });
    await ben.sees('you approved');
    await ana.sees('Approved');
    expect(ana.text()).not.toContain('you approved');
  }, 60_000);

  test('a form shows what is missing under its fields, and closes', async () => {
    await using carla = await watch('carla');
    await act({ do: 'say', as: 'carla', in: 'deployments', text: '/rollback api-gateway' });
    await carla.sees('Type ROLLBACK to go on');
    await act({ do: 'fill', as: 'carla', values: {} });
    await carla.sees('Please complete this required field.');
    await act({ do: 'close', as: 'carla' });
    await carla.stopsSeeing('Type ROLLBACK to go on');
  });

  test('a message of a person is for everybody, and is told as text', async () => {
    await using dave = await watch('dave');
    await act({ do: 'say', as: 'ana', in: 'general', text: '<script>alert(1)</script>' });
    await dave.sees('&lt;script&gt;');
  });

  test('a message is changed, marked and taken away again by who wrote it', async () => {
    await using carla = await watch('carla');
    await act({ do: 'say', as: 'ana', in: 'general', text: 'It was fien' });
    const message = stage.slack.messages('general').findLast(({ text }) => text === 'It was fien');
    const place = { channel: message?.channel, ts: message?.ts };
    await act({ do: 'edit', as: 'ana', text: 'It was fine', message: place });
    await carla.sees('It was fine');
    await act({ do: 'react', as: 'ben', name: 'pushpin', message: place });
    await carla.sees('"name":"pushpin"');
    await act({ do: 'react', as: 'ben', name: 'pushpin', message: place });
    await carla.stopsSeeing('"name":"pushpin"');
    expect(await act({ do: 'remove', as: 'ben', message: place })).toMatchObject({ status: 400 });
    await act({ do: 'remove', as: 'ana', message: place });
    await carla.stopsSeeing('It was fine');
  });

  test('what a channel holds is told to its members: bookmarks, pins, files and canvases', async () => {
    await using ana = await watch('ana');
    await using dave = await watch('dave');
    const { slack } = stage;
    const room = slack.openChannel('inc-secret', { as: 'ana', isPrivate: true, withBot: true });
    const files = [{ name: 'notes.md', content: '# What we know' }];
    await slack.post('A note', { as: 'ana', in: 'inc-secret', files });
    await ana.sees('🔒 inc-secret');
    await ana.sees('# What we know');
    expect(ana.text()).not.toContain(Buffer.from('# What we know').toString('base64'));
    await slack.post('Everybody may know', { as: 'ana', in: 'general' });
    await dave.sees('Everybody may know');
    expect(dave.text()).not.toContain(room);
  });

  test('the menus offer what the app declares, and nothing else can be used', async () => {
    await using ana = await watch('ana');
    await ana.sees('declare-incident-from-message');
    await ana.sees('"hasHome":true');
    expect(await act({ do: 'shortcut', as: 'ana', callbackId: 'unheard-of' })).toMatchObject({
      status: 400,
      trouble: 'The app declares no global shortcut "unheard-of"',
    });
    expect(await act({ do: 'home', as: 'ana' })).toMatchObject({ status: 200 });
  });

  test('the cloud and Slack break and are mended', async () => {
    await using ana = await watch('ana');
    await act({ do: 'break', breakage: { what: 'push', version: 'v2.0.0' } });
    await ana.sees('v2.0.0');
    await act({
      do: 'break',
      breakage: { what: 'version', service: 'web', version: 'v2.0.0', how: 'unhealthy' },
    });
    await ana.sees('"fault":"unhealthy"');
    await act({ do: 'break', breakage: { what: 'site', cluster: 'skillancer-prod', how: 'down' } });
    await ana.sees('"skillancer-prod":"down"');
    await expect(fetch(stage.cloud.siteUrl('skillancer-prod', '/web/health'))).rejects.toThrow();
    await act({ do: 'break', breakage: { what: 'site', cluster: 'skillancer-prod', how: 'fine' } });
    expect((await fetch(stage.cloud.siteUrl('skillancer-prod', '/web/health'))).status).toBe(200);
  });

  test('the bot is killed and started again', async () => {
    await using ana = await watch('ana');
    await act({ do: 'break', breakage: { what: 'bot', name: 'bot', how: 'SIGKILL' } });
    await ana.sees('"pid":null');
    await act({ do: 'break', breakage: { what: 'bot', name: 'bot', how: 'restart' } });
    await ana.stopsSeeing('"pid":null');
    await act({ do: 'say', as: 'ana', in: 'deployments', text: '/ops status' });
    await ana.sees('What runs where');
  }, 60_000);
});

async function get(path: string) {
  const response = await fetch(`${page.url}${path}`);
  return { text: await response.text(), policy: response.headers.get('content-security-policy') };
}

async function act(wanted: object): Promise<object> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${page.url}/do`, { method: 'POST', headers, body: JSON.stringify(wanted) });
  return { status: response.status, ...(await response.json()) };
}

/** Follows the page's live answer as one person. */
async function watch(as: string) {
  const ending = new AbortController();
  const parts = new Map<string, unknown>();
  const response = await fetch(`${page.url}/live?as=${as}`, { signal: ending.signal });
  const following = follow(response, parts).catch(() => {});
  const text = () => JSON.stringify([...parts]);
  const until = async (holds: () => boolean, what: string) => {
    const end = performance.now() + 30_000;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`${as} did not see ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    text,
    sees: (words: string) =>
      until(() => text().includes(words) || text().includes(JSON.stringify(words).slice(1, -1)), words),
    stopsSeeing: (words: string) => until(() => !text().includes(words), `"${words}" go`),
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await following;
    },
  };
}

async function follow(response: Response, parts: Map<string, unknown>): Promise<void> {
  let rest = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (rest + chunk).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const { set, drop } = JSON.parse(event.slice('data: '.length));
      for (const [name, value] of Object.entries(set)) parts.set(name, value);
      for (const name of drop) parts.delete(name);
    }
  }
}
