/** The app's manifest: installable, and asking for what the bot uses and no more. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { type AppManifest, readManifest } from '../../../playground/manifest.ts';
import { budgets } from '../../../src/clients/slack-budgets.ts';

let manifest: AppManifest;
beforeAll(async () => {
  manifest = await readManifest();
});

test('it declares what people use', () => {
  expect(manifest.commands.map(({ command }) => command)).toEqual([
    '/deploy',
    '/rollback',
    '/health',
    '/incident',
    '/ops',
  ]);
  expect(manifest.shortcuts.map(({ callbackId, type }) => `${type} ${callbackId}`)).toEqual([
    'global declare-incident',
    'message declare-incident-from-message',
    'message add-to-timeline',
  ]);
  expect(manifest.hasHome).toBe(true);
});

/** Slack documentation, the page of each event: the scope that it needs. */
const scopeOfEvent: Readonly<Record<string, string | null>> = {
  app_home_opened: null,
  reaction_added: 'reactions:read',
  reaction_removed: 'reactions:read',
  'message.channels': 'channels:history',
  'message.groups': 'groups:history',
  member_joined_channel: 'channels:read',
};

/** Slack documentation, the page of each method: the scopes that it needs for what the bot does with it. */
const scopesOfMethod: Readonly<Record<string, string[]>> = {
  'auth.test': [],
  'views.publish': [],
  'views.open': [],
  'chat.update': ['chat:write'],
  'chat.postMessage': ['chat:write', 'chat:write.public'],
  'chat.postEphemeral': ['chat:write'],
  'chat.getPermalink': [],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history'],
  'conversations.list': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'conversations.create': ['channels:manage', 'groups:write'],
  'conversations.rename': ['channels:manage', 'groups:write'],
  'conversations.setTopic': ['channels:manage', 'groups:write'],
  'conversations.setPurpose': ['channels:manage', 'groups:write'],
  'conversations.archive': ['channels:manage', 'groups:write'],
  'conversations.unarchive': ['channels:manage', 'groups:write'],
  'conversations.invite': ['channels:manage', 'groups:write'],
  'conversations.join': ['channels:join'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.members': ['channels:read', 'groups:read'],
  'users.conversations': ['channels:read', 'groups:read'],
  'users.info': ['users:read'],
  'users.lookupByEmail': ['users:read.email'],
  'usergroups.list': ['usergroups:read'],
  'usergroups.users.list': ['usergroups:read'],
  'pins.add': ['pins:write'],
  'reactions.add': ['reactions:write'],
  'bookmarks.add': ['bookmarks:write'],
  'bookmarks.edit': ['bookmarks:write'],
  'bookmarks.list': ['bookmarks:read'],
  'files.getUploadURLExternal': ['files:write'],
  'files.completeUploadExternal': ['files:write'],
  'files.info': ['files:read'],
  'files.list': ['files:read'],
  'canvases.create': ['canvases:write'],
  'canvases.access.set': ['canvases:write'],
};

describe('its scopes', () => {
  test('are those of the methods that the source calls and the events that it hears, and no others', async () => {
    const source = new URL('../../../src/', import.meta.url);
    const files = await readdir(source, { recursive: true });
    const texts = await Promise.all(
      files.filter((name) => name.endsWith('.ts')).map((name) => readFile(new URL(name, source), 'utf8')),
    );
    const called = new Set(
      texts
        .filter((text) => text.includes('@slack/web-api'))
        .flatMap((text) =>
          [...text.matchAll(/\b(?:client|slack)\s*\.((?:[a-zA-Z]+\s*\.?\s*)+)\(/g)].map(([, name = '']) =>
            name.replace(/\s/g, ''),
          ),
        ),
    );
    // Forms are opened by the wiring, which gives its client no other name.
    const slackMethods = [...called, 'views.open'].filter((name) => name.includes('.'));
    expect(slackMethods.filter((name) => !scopesOfMethod[name])).toEqual([]);
    expect(Object.keys(budgets).filter((name) => !called.has(name))).toEqual([]);
    const needed = [
      'commands',
      ...slackMethods.flatMap((name) => scopesOfMethod[name] ?? []),
      ...manifest.events.flatMap((name) => scopeOfEvent[name] ?? []),
    ];
    expect([...new Set(needed)].sort()).toEqual([...manifest.scopes].sort());
  });

  test('each say what they are for', async () => {
    const text = await readFile(new URL('../../../manifest.yml', import.meta.url), 'utf8');
    for (const scope of manifest.scopes) expect(text).toMatch(new RegExp(`- ${scope} # \\w`));
  });
});

test('over HTTP every way in has the same address', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    'scripts/manifest-http.ts',
    'https://pilothouse.example.com',
  ]);
  const { settings, features } = parse(stdout);
  const address = 'https://pilothouse.example.com/slack/events';
  expect(settings).toMatchObject({
    socket_mode_enabled: false,
    interactivity: { request_url: address },
    event_subscriptions: { request_url: address, bot_events: manifest.events },
  });
  for (const { url } of features.slash_commands) expect(url).toBe(address);
});
