/** Makes Slack show what an incident's record says: its card in the incidents channel, and the summary in its war room. */
import { createHash } from 'node:crypto';
import { SlackRefused } from '../../clients/slack-errors.ts';
import { incidentCard } from '../../templates/incident/card.ts';
import { roomCard } from '../../templates/incident/room-card.ts';
import type { Message } from '../../templates/message.ts';
import { viewOf } from '../incident/view.ts';
import type { IncidentWorld } from '../incident/world.ts';

export type IncidentScreenWorld = Pick<IncidentWorld, 'catalog' | 'store' | 'clock' | 'slack' | 'statuspage'>;

/** What was posted is edited; posting is the incident's own effect. Looks first, so it may run again at any point. */
export async function drawIncident(id: string, world: IncidentScreenWorld): Promise<void> {
  const i = await world.store.loadIncident(id);
  if (!i || !world.catalog.incidents) return;
  const view = await viewOf(i, world);
  await edit(id, 'card', i.card, () => incidentCard(i, view), world);
  await edit(id, 'room', i.roomCard, () => roomCard(i, view), world);
}

async function edit(
  id: string,
  place: 'card' | 'room',
  where: { channel: string; ts: string } | null,
  draw: () => Message,
  { slack, store }: IncidentScreenWorld,
): Promise<void> {
  if (!where) return;
  const message = draw();
  const digest = createHash('sha256').update(JSON.stringify(message)).digest('base64url');
  if ((await store.shown(id, place)) === digest) return;
  try {
    await slack.update(where, message, `${id}:${place === 'card' ? 'card' : 'room-card'}`, 'incident');
  } catch (error) {
    // Somebody deleted it, or closed the channel: the thread and the room tell the rest.
    if (!(error instanceof SlackRefused)) throw error;
  }
  await store.keepShown(id, place, digest);
}
