/** Everything an incident says in its war room, its thread and direct messages, from the record as it is now. */
import type { Post } from '../../records/effect.ts';
import type { Incident } from '../../records/incident.ts';
import { fitting, plainMessage } from '../blocks.ts';
import type { Message } from '../message.ts';
import { cut } from '../text.ts';
import { chasePost, customersPost, reopenedPost, resolvedPost, rolesPost } from './people-posts.ts';
import { says } from './says.ts';
import { lineText } from './timeline-line.ts';
import { draftPost, overduePost, updatePost } from './update-posts.ts';
import type { IncidentView } from './view.ts';
import { marked } from './words.ts';
import { emergencyPost, findingsPost, mitigatePost, recentPost, toldPost } from './work-posts.ts';

/** Never more than Slack takes, whatever the record holds. */
export function incidentPost(i: Incident, post: Post, view: IncidentView): Message {
  return fitting(
    ([600, 200, 60, 20] as const).map((width) => () => {
      const message = drawing(i, post, view, width);
      return { ...message, text: cut(message.text, 1000) || '–' };
    }),
  );
}

/** `width`: characters of a text that somebody wrote. */
function drawing(i: Incident, post: Post, view: IncidentView, width: number): Message {
  switch (post.kind) {
    case 'timeline':
      return timelinePost(i, post.entry, width);
    case 'update':
      return updatePost(i, post.n, view, width);
    case 'draft':
      return draftPost(i, post, view, width);
    case 'overdue-update':
      return overduePost(i, post.n, view);
    case 'findings':
      return findingsPost(i, width);
    case 'mitigate':
      return mitigatePost(i, view, width);
    case 'recent-deployments':
      return recentPost(i, view, width);
    case 'emergency':
      return emergencyPost(i, view);
    case 'customers':
      return customersPost(i, view, width);
    case 'roles':
      return rolesPost(i, post.missing);
    case 'resolved':
      return resolvedPost(i, view, width);
    case 'reopened':
      return reopenedPost(i, width);
    case 'chase':
      return chasePost(i, post.followUp, view, width);
    case 'told':
      return toldPost(i, post.why, view, width);
  }
}

function timelinePost(i: Incident, n: number, width: number): Message {
  const entry = i.timeline.find((e) => e.n === n);
  if (!entry) return says(i, 'Timeline', ': this line is not there any more');
  return plainMessage(marked(i, lineText(entry, width * 2)));
}
