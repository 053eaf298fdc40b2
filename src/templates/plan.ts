/** Answers to whoever asked for a deployment: that it was accepted, what it would do (`--plan`), why it was not begun. */
import type { KnownBlock } from '@slack/types';
import type { Deployment } from '../records/deployment.ts';
import { context, fitting, header, plainMessage, section, sections } from './blocks.ts';
import { changeLines } from './changes.ts';
import { gateLine } from './gates.ts';
import type { Message } from './message.ts';
import { refused } from './replies.ts';
import { cut, escaped, handle, plural, some } from './text.ts';

/** How a request ended that the team never saw: refused, called off, or with the plan that was wanted. */
export function requestEnded(d: Deployment, approvers: readonly string[]): Message {
  if (d.refusal) return refused({ ...d.refusal, message: `${d.id} was not begun. ${d.refusal.message}` });
  return d.ending === 'planned' ? planReply(d, approvers) : calledOff(d);
}

function calledOff(d: Deployment): Message {
  const stop = d.story.findLast(({ event }) => event === 'stop-asked');
  const by = stop?.by ? ` by ${handle(stop.by)}` : '';
  const why = stop?.detail ?? (stop ? null : d.problem?.summary);
  const how = d.ending === 'cancelled' ? 'cancelled' : 'ended';
  return plainMessage(
    `✋ *${escaped(d.id, 40)}* was ${how}${by} before it began, so nothing was changed${why ? `: ${escaped(why, 600)}` : '.'}`,
  );
}

/** `approvers` are mrkdwn; none means that nobody has to approve, and left out that it is not known here. */
export function planReply(d: Deployment, approvers?: readonly string[]): Message {
  return fitting([40, 12, 0].map((most) => () => planDrawing(d, approvers, most)));
}

function planDrawing(d: Deployment, approvers: readonly string[] | undefined, most: number): Message {
  const verb = d.kind === 'deploy' ? 'Deploy to' : 'Roll back';
  const title = `Plan: ${verb.toLowerCase()} ${d.environment}`;
  const blocks: KnownBlock[] = [
    header(title),
    ...(d.refusal ? [section(`⛔ ${escaped(d.refusal.message, 600)}\n${escaped(d.refusal.hint, 400)}`)] : []),
    ...sections(d.releases.length > 0 ? changeLines(d, most) : ['No service would be changed.']),
    ...(d.gates.length > 0 ? sections(d.gates.slice(0, 15).map(gateLine)) : []),
    ...(approvers ? [section(approvalLine(approvers))] : []),
    context(`${escaped(d.id, 40)} · Nothing was changed. The same command without \`--plan\` does it.`),
  ];
  return {
    text: cut(`${escaped(title, 200)}: ${plural(d.releases.length, 'service')}; nothing was changed`, 1000),
    blocks,
  };
}

const approvalLine = (approvers: readonly string[]): string =>
  approvers.length > 0
    ? `👤 Has to be approved by ${some(
        approvers.map((a) => cut(a, 120)),
        8,
        'or',
      )}.`
    : '👤 Nobody has to approve it.';

/**
 * At once, visible only to who asked. `channel` is where the card will be: a name with # or an id. Where the rights
 * are not known yet, they may still end it.
 */
export function requestAccepted(d: Deployment, channel: string, knowsRights = true): Message {
  const id = `*${escaped(d.id, 40)}*`;
  const environment = escaped(d.environment, 63);
  if (d.planOnly) return plainMessage(`📋 ${id}: working out the plan for ${environment}…`);
  const what = d.kind === 'deploy' ? 'deploying' : 'rolling back';
  const services = wantedWords(d.wanted.services);
  return plainMessage(
    `${knowsRights ? `🚀 ${id}: ` : `🔎 ${id}: checking your rights, then `}${what} ${services} ${d.kind === 'deploy' ? 'to' : 'in'} ${environment}; follow it in ${channelLink(channel)}.`,
  );
}

function wantedWords(services: readonly string[]): string {
  if (services.includes('all')) return 'all services';
  return services.length > 3
    ? plural(services.length, 'service')
    : some(
        services.map((s) => escaped(s, 63)),
        3,
      );
}

const channelLink = (channel: string): string =>
  /^[CG][A-Z0-9]{6,20}$/.test(channel) ? `<#${channel}>` : escaped(channel, 80);
