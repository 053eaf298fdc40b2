/** Prints the Slack app's manifest for HTTP: `npm run manifest:http -- https://pilothouse.example.com`. */
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';

const [address] = process.argv.slice(2);
if (!address || !URL.canParse(address)) {
  process.stderr.write(
    'Say where Slack reaches the bot: npm run manifest:http -- https://pilothouse.example.com\n',
  );
  process.exit(1);
}
const url = new URL('/slack/events', address).href;
const manifest = parseDocument(readFileSync(new URL('../manifest.yml', import.meta.url), 'utf8'));
manifest.commentBefore = ` The Slack app over HTTP, at ${url}.`;
manifest.setIn(['settings', 'socket_mode_enabled'], false);
manifest.setIn(['settings', 'interactivity', 'request_url'], url);
manifest.setIn(['settings', 'event_subscriptions', 'request_url'], url);
const commands = manifest.toJS().features.slash_commands;
for (const index of commands.keys()) manifest.setIn(['features', 'slash_commands', index, 'url'], url);
process.stdout.write(manifest.toString());
