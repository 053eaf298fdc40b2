/**
 * Pictures of every message in every state, as Slack shows them: `npx tsx playground/render.tsx <folder>`.
 * Needs a Chromium on the PATH (or in `CHROMIUM`).
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { KnownBlock } from '@slack/types';
import { renderToStaticMarkup } from 'react-dom/server';
import { type MessageProps, Message as SlackMessage } from 'slack-blocks-to-jsx';
import { homePages } from '../test/templates/home-samples.ts';
import { incidentPages } from '../test/templates/incident-pages.ts';
import { samplePages } from '../test/templates/sample-pages.ts';

const run = promisify(execFile);
const chromium = process.env.CHROMIUM ?? 'chromium';
const widths = { desktop: 700, phone: 400 };

const [folder, only] = process.argv.slice(2);
if (!folder) throw new Error('usage: npx tsx playground/render.tsx <folder> [part of a name]');
await mkdir(folder, { recursive: true });
const css = await readFile(
  createRequire(import.meta.url).resolve('slack-blocks-to-jsx/dist/style.css'),
  'utf8',
);
for (const [name, messages] of Object.entries({ ...samplePages, ...incidentPages, ...homePages })) {
  if (only && !name.includes(only)) continue;
  const html = page(messages.map(([id, blocks]) => <Shown key={id} blocks={blocks} />));
  for (const [kind, width] of Object.entries(widths))
    await picture(html, width, join(folder, `${name}.${kind}.png`));
}

function Shown({ blocks }: { blocks: KnownBlock[] }) {
  return (
    <SlackMessage
      theme="light"
      logo="data:image/gif;base64,R0lGODlhAQABAIAAAGOx+wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
      name="Pilothouse"
      time={new Date(Date.UTC(2026, 2, 3, 13, 35))}
      blocks={forRenderer(blocks)}
      data={{
        users: [
          { id: 'U0000ANA1', name: 'ana' },
          { id: 'U0000BEN1', name: 'ben' },
        ],
        channels: [
          { id: 'C0000DEPLOY', name: 'deployments' },
          { id: 'C0000WARROOM', name: 'inc-20260303-api-gateway-checkout-is-down' },
        ],
        user_groups: [{ id: 'S0000LEAD', name: 'backend-lead' }],
      }}
    />
  );
}

/**
 * The renderer's own types are narrower than Slack's, and it shows no formatting at all in texts that are `verbatim`,
 * where Slack only leaves plain words alone (Slack documentation, text object).
 */
function forRenderer(blocks: KnownBlock[]): MessageProps['blocks'] {
  return JSON.parse(JSON.stringify(blocks, (key, value) => (key === 'verbatim' ? undefined : value)));
}

function page(messages: React.ReactNode): string {
  const body = renderToStaticMarkup(<div style={{ padding: 12, background: 'white' }}>{messages}</div>);
  return `<!doctype html><meta charset="utf-8"><style>body{margin:0;font-family:Lato,sans-serif}${css}</style>${body}`;
}

/** As wide as wanted, and as high as what is on it. */
async function picture(html: string, width: number, file: string): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'render-'));
  const open = (...options: string[]) =>
    run(
      chromium,
      [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
        ...['--hide-scrollbars', `--user-data-dir=${profile}`, ...options, `file://${source}`],
      ],
      { maxBuffer: 100_000_000 },
    );
  const source = join(profile, 'page.html');
  try {
    await writeFile(source, `${html}<script>document.title = document.body.scrollHeight</script>`);
    const { stdout } = await open('--dump-dom', `--window-size=${width},800`);
    const height = Number(/<title>(\d+)<\/title>/.exec(stdout)?.[1] ?? 1400);
    await open(`--screenshot=${resolve(file)}`, `--window-size=${width},${height}`);
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
}
