/** The services that incidents reach outside Slack and the cloud, each a simulator of its own, and what the bot is told of them. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../src/clients/clock.ts';
import { type GitHubSimulator, startGitHub } from '../github/index.ts';
import { type PagerDutySimulator, startPagerDuty } from '../pagerduty/index.ts';
import { type StatuspageSimulator, startStatuspage } from '../statuspage/index.ts';

export interface Outside {
  readonly pagerduty: PagerDutySimulator;
  readonly statuspage: StatuspageSimulator;
  readonly github: GitHubSimulator;
  /** Secrets with which alerts are signed. */
  readonly alertSecrets: Readonly<Record<'generic' | 'alertmanager' | 'datadog' | 'pagerduty', string>>;
  /** The bot's variables. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface OutsideOptions {
  readonly clock: Clock;
  /** The schedule of the catalog, and who takes turns in it. */
  readonly schedule: string;
  readonly onCall: readonly { readonly name: string; readonly email: string }[];
  /** Statuspage's page and its components, names by id. */
  readonly page: string;
  readonly components: Readonly<Record<string, string>>;
  /** Where follow-ups become issues, owner/name. */
  readonly repository: string;
}

const madeUp = (bytes = 16): string => randomBytes(bytes).toString('hex');

export async function startOutside({
  clock,
  schedule,
  onCall,
  page,
  components,
  repository,
}: OutsideOptions): Promise<Outside> {
  const token = madeUp();
  const routingKey = madeUp();
  const secrets = { generic: madeUp(), alertmanager: madeUp(), datadog: madeUp(), pagerduty: madeUp() };
  const from = 'pilothouse@example.com';
  const [pagerduty, statuspage, github] = await Promise.all([
    startPagerDuty({
      clock,
      token,
      routingKey,
      from,
      schedules: [
        { id: schedule, name: 'Primary', people: onCall },
        { id: 'PSECOND', name: 'Secondary', people: onCall },
      ],
    }),
    startStatuspage({ clock, token, pages: { [page]: components } }),
    startGitHub({ clock, token, repositories: { [repository]: {} } }),
  ]);
  return {
    pagerduty,
    statuspage,
    github,
    alertSecrets: secrets,
    environment: {
      PAGERDUTY_TOKEN: token,
      PAGERDUTY_ROUTING_KEY: routingKey,
      PAGERDUTY_FROM: from,
      PAGERDUTY_API_URL: pagerduty.url,
      PAGERDUTY_EVENTS_URL: pagerduty.url,
      PAGERDUTY_WEBHOOK_SECRET: secrets.pagerduty,
      STATUSPAGE_TOKEN: token,
      STATUSPAGE_API_URL: statuspage.url,
      GITHUB_TOKEN: token,
      GITHUB_API_URL: github.url,
      ALERTS_SECRET_GENERIC: secrets.generic,
      ALERTS_SECRET_ALERTMANAGER: secrets.alertmanager,
      ALERTS_SECRET_DATADOG: secrets.datadog,
    },
    stop: async () => {
      await Promise.all([pagerduty.stop(), statuspage.stop(), github.stop()]);
    },
  };
}
