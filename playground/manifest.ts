/** The Slack app as `manifest.yml` declares it: the simulated workspace grants it that and no more. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

const file = fileURLToPath(new URL('../manifest.yml', import.meta.url));

const shape = z.object({
  features: z.object({
    app_home: z.object({ home_tab_enabled: z.boolean().default(false) }).default({ home_tab_enabled: false }),
    shortcuts: z
      .array(
        z.object({
          name: z.string().min(1),
          type: z.enum(['global', 'message']),
          callback_id: z.string().max(255),
          description: z.string().max(150),
        }),
      )
      .max(10)
      .default([]),
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
  /** What is in the menu of the composer (`global`) and of every message. */
  readonly shortcuts: readonly { name: string; type: 'global' | 'message'; callbackId: string }[];
  readonly hasHome: boolean;
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
    shortcuts: features.shortcuts.map(({ name, type, callback_id }) => ({
      name,
      type,
      callbackId: callback_id,
    })),
    hasHome: features.app_home.home_tab_enabled,
    scopes: oauth_config.scopes.bot,
    events: settings.event_subscriptions.bot_events,
  };
}
