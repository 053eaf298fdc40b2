/** The Slack app as `manifest.yml` declares it: the simulated workspace grants it that and no more. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

const file = fileURLToPath(new URL('../manifest.yml', import.meta.url));

const shape = z.object({
  features: z.object({
    slash_commands: z.array(
      z.object({
        command: z.string().startsWith('/'),
        description: z.string(),
        usage_hint: z.string().default(''),
        should_escape: z.boolean().default(false),
      }),
    ),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z
      .object({ bot_events: z.array(z.string()).default([]) })
      .default({ bot_events: [] }),
  }),
});

export interface AppManifest {
  readonly commands: readonly { command: string; description: string; usage: string; escapes: boolean }[];
  /** Granted to the bot. */
  readonly scopes: readonly string[];
  readonly events: readonly string[];
}

export async function readManifest(): Promise<AppManifest> {
  const { features, oauth_config, settings } = shape.parse(parse(await readFile(file, 'utf8')));
  return {
    commands: features.slash_commands.map(({ command, description, usage_hint, should_escape }) => ({
      command,
      description,
      usage: usage_hint,
      escapes: should_escape,
    })),
    scopes: oauth_config.scopes.bot,
    events: settings.event_subscriptions.bot_events,
  };
}
