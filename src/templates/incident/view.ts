/** What the templates of incidents show besides the record. */
import type { IncidentRules } from '../../config/incidents.ts';
import type { Recommendation } from '../../records/recommend.ts';

/** A deployment of one of the affected services. Texts are not escaped. */
export interface RecentDeployment {
  id: string;
  service: string;
  version: string;
  /** What ran before it; null: nothing, or not known. */
  from: string | null;
  at: number;
  /** `succeeded`, `rolled-back`, `under way` … */
  ending: string;
  /** A person's name. */
  by: string;
  /** Its card. */
  link: string | null;
}

export interface IncidentView {
  rules: IncidentRules & { channel: string };
  /** Milliseconds since 1970. */
  now: number;
  recommendation: Recommendation;
  /** Newest first. */
  recent: readonly RecentDeployment[];
  /** One is configured. */
  statusPage: boolean;
  /** Who is on call now, as mrkdwn: a mention or an escaped name; null: not known. */
  onCall: string | null;
}
