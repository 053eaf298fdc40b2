/** The app's Home tab for one person: what goes on, what runs where, and what waits for them, with the buttons. */
import type { ContextBlock, HomeView, KnownBlock } from '@slack/types';
import { actionIds } from './actions.ts';
import { actions, type ButtonSpec, context, header, section } from './blocks.ts';
import { flightBlocks, type HomeDeployment, waitingBlocks } from './home/deployments.ts';
import { environmentBlocks, type HomeBlock, type HomeEnvironment } from './home/environments.ts';
import { followUpBlocks, type HomeFollowUp, type HomeIncident, incidentBlocks } from './home/incidents.ts';
import type { Detail } from './home/parts.ts';
import { incidentActions, incidentValue } from './incident-actions.ts';
import { literal, when } from './text.ts';

export interface HomeReport {
  organization: string;
  /** Milliseconds since 1970. */
  at: number;
  /** The environment whose health is asked for. */
  main: string;
  /** Those that are open, and that this person may see; null where the catalog wants no incidents. */
  incidents: readonly HomeIncident[] | null;
  /** Questions that this person may answer. */
  waiting: readonly HomeDeployment[];
  /** Everything else that is under way, oldest first. */
  inFlight: readonly HomeDeployment[];
  environments: readonly HomeEnvironment[];
  /** What holds in every environment. */
  everywhere: readonly HomeBlock[];
  /** Those of this person that are not done. */
  followUps: readonly HomeFollowUp[];
}

/** Slack documentation, views.publish: 100 blocks, and 250,000 bytes, of which far less can be read. */
const mostBlocks = 100;
const mostCharacters = 60_000;

const details: readonly Detail[] = [
  { most: 8, width: 200 },
  { most: 5, width: 120 },
  { most: 3, width: 80 },
  { most: 1, width: 40 },
];

export function homeView(home: HomeReport): HomeView & { blocks: KnownBlock[] } {
  let blocks: KnownBlock[] = [];
  for (const detail of details) {
    blocks = drawing(home, detail);
    if (blocks.length <= mostBlocks && JSON.stringify(blocks).length <= mostCharacters) break;
  }
  return { type: 'home', blocks };
}

/** The block that says when it was drawn: without it, two views that show the same are equal. */
export const drawnBlockId = 'home-drawn';

function drawing(home: HomeReport, detail: Detail): KnownBlock[] {
  return [
    header(home.organization),
    ...actions('home-actions', topButtons(home)),
    ...parted([
      home.incidents ? incidentBlocks(home.incidents, home.at, detail) : [],
      waitingBlocks(home.waiting, detail),
      home.inFlight.length + home.waiting.length === 0 ? [idle] : flightBlocks(home.inFlight, detail),
      environmentBlocks(home.environments, home.everywhere, detail),
      followUpBlocks(home.followUps, home.at, detail),
    ]),
    drawnAt(home.at),
  ];
}

const idle = section('💤 *Nothing is in flight*');

/** A line between the sections that are there. */
const parted = (parts: readonly KnownBlock[][]): KnownBlock[] =>
  parts.filter((part) => part.length > 0).flatMap((part): KnownBlock[] => [{ type: 'divider' }, ...part]);

/** Each does what typing the command would do. */
function topButtons({ main, incidents }: HomeReport): ButtonSpec[] {
  return [
    { label: 'Deploy', action: `${actionIds.run}/deploy`, value: '/deploy' },
    { label: 'Roll back', action: `${actionIds.run}/rollback`, value: '/rollback' },
    {
      label: `Health of ${literal(main, 40)}`,
      action: `${actionIds.run}/health`,
      value: `/health ${main}`.slice(0, 2000),
    },
    ...(incidents
      ? [{ label: 'Declare an incident', action: incidentActions.declare, value: incidentValue('new') }]
      : []),
  ];
}

const drawnAt = (at: number): ContextBlock => ({
  ...context(`As of ${when(at)}; it is drawn again when something changes`),
  block_id: drawnBlockId,
});
