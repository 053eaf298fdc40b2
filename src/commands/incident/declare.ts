/** Declares incidents and drills: everybody may. */
import { type Declaration, declareIncident } from '../../jobs/incident/declare.ts';
import { scenarios } from '../../jobs/incident/drill.ts';
import { rulesFor } from '../../jobs/incident/take.ts';
import type { DrillScenario } from '../../records/incident.ts';
import type { Severity } from '../../records/incident-terms.ts';
import { declareForm, type SaidMessage } from '../../templates/incident/forms.ts';
import { declared } from '../../templates/incident/replies.ts';
import type { Message } from '../../templates/message.ts';
import { cut } from '../../templates/text.ts';
import { type Asker, type Desk, fromStore, patience, type Reply } from '../desk.ts';
import { criticalEnvironment } from './declaration.ts';
import { addedMessage, later, nameOf } from './give.ts';
import type { DeclareWish } from './wish.ts';

/** What a form starts from where nothing was said. */
export const nothingSaid = {
  severity: null,
  environment: null,
  services: [],
  title: null,
  impact: null,
  kind: 'outage',
} as const;

/** At once where all is said; else the form with what was. */
export async function declare(wish: DeclareWish, asker: Asker, desk: Desk): Promise<Reply> {
  rulesFor(desk.catalog);
  const { severity, title, environment } = wish;
  if (severity === null || title === null || environment === null) {
    return { form: blankForm({ ...wish, impact: null }, null, asker, desk) };
  }
  return {
    say: await declareNow({ ...wish, severity, title, environment, impact: title, said: null }, asker, desk),
  };
}

export function blankForm(
  chosen: DeclareWish & { impact: string | null },
  said: SaidMessage | null,
  { channel }: Pick<Asker, 'channel'>,
  { catalog }: Desk,
) {
  const { severities } = rulesFor(catalog);
  const environment = chosen.environment ?? criticalEnvironment(chosen.services, catalog);
  return declareForm({
    environments: [...catalog.environments.keys()],
    services: catalog.services,
    means: severities,
    chosen: { ...chosen, environment },
    channel,
    said,
  });
}

export interface DeclareNow extends DeclareWish {
  severity: Severity;
  title: string;
  environment: string;
  impact: string | null;
  /** The message that it was declared from. */
  said: SaidMessage | null;
}

/** See `records/act.ts`. */
const longestTitle = 150;
/** Milliseconds. An older message is looked back at: counted from it, the response would seem to have taken days. */
const oldestSign = 60 * 60_000;

export async function declareNow(wish: DeclareNow, asker: Asker, desk: Desk): Promise<Message> {
  const { said, kind, severity, environment, services, title, impact } = wish;
  const now = desk.clock.now();
  const saidAt = said === null ? null : Math.floor(Number(said.ts) * 1000) || null;
  const message = await store(
    {
      kind,
      severity,
      environment,
      services: [...services],
      title: cut(title, longestTitle),
      impact: impact ?? title,
      drill: null,
      source: { kind: 'person', id: null },
      declaredBy: asker.person,
      detectedAt: saidAt !== null && now - saidAt <= oldestSign ? saidAt : null,
      alerts: [],
      deployments: [],
      evidence: said
        ? [
            {
              at: saidAt ?? now,
              text: said.text || title,
              links: said.link ? [said.link] : [],
              message: `${said.channel}:${said.ts}`,
            },
          ]
        : [],
    },
    asker,
    desk,
  );
  if (said) await follow(message.id, said, asker, desk);
  return message.say;
}

/** A worker reads the message again, for its author's name and its permanent link; without that the line stands as it is. */
async function follow(incident: string, said: SaidMessage, asker: Asker, desk: Desk): Promise<void> {
  const work = addedMessage(incident, said, asker, desk);
  await later(nameOf('message', asker), work, { ...asker, responseUrl: null }, desk).catch(() => {});
}

export async function drill(scenario: DrillScenario, asker: Asker, desk: Desk): Promise<Message> {
  rulesFor(desk.catalog);
  const { title, kind, severity, impact } = scenarios[scenario];
  const environment = criticalEnvironment([], desk.catalog) ?? 'production';
  const [service] = desk.catalog.services.filter((name) => desk.catalog.place(name, environment));
  const { say } = await store(
    {
      kind,
      title,
      severity,
      impact,
      environment,
      services: service === undefined ? [] : [service],
      drill: scenario,
      source: { kind: 'person', id: null },
      declaredBy: asker.person,
      detectedAt: null,
      alerts: [],
      deployments: [],
      evidence: [],
    },
    asker,
    desk,
  );
  return say;
}

async function store(
  declaration: Declaration,
  asker: Asker,
  desk: Desk,
): Promise<{ id: string; say: Message }> {
  const rules = rulesFor(desk.catalog);
  const { person, from, channel, request } = asker;
  const { title, severity, environment, kind, drill: scenario } = declaration;
  const { id, fresh } = await fromStore(() =>
    declareIncident(declaration, request, { who: person, from, channel }, desk, patience),
  );
  const isPrivate = kind === 'security';
  const say = declared({
    id,
    fresh,
    title,
    severity,
    environment,
    isPrivate,
    drill: scenario !== null,
    warRoom: rules.severities[severity].war_room || isPrivate,
    channel: rules.channel,
  });
  return { id, say };
}
