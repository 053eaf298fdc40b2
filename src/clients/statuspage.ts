/** Atlassian Statuspage: public incidents. It knows no idempotency keys, so every post carries one in the incident's metadata. */
import { z } from 'zod';
import type { Clock } from './clock.ts';
import { type Bucket, type Limiter, TurnTooLate } from './limiter.ts';
import {
  type AskOutside,
  addressOf,
  createOutside,
  OutsideAway,
  type OutsideCall,
  shortened,
} from './outside.ts';

export interface StatuspageSettings {
  readonly token: string;
  readonly apiUrl: string;
}

const componentStatuses = [
  'operational',
  'degraded_performance',
  'partial_outage',
  'major_outage',
  'under_maintenance',
] as const;
type ComponentStatus = (typeof componentStatuses)[number];

export interface PublicUpdate {
  /** Posted once for each key, whatever else it says. */
  readonly key: string;
  readonly status: 'investigating' | 'identified' | 'monitoring' | 'resolved';
  readonly body: string;
  /** By the component's id. */
  readonly components: Readonly<Record<string, ComponentStatus>>;
}

interface PublicIncident extends PublicUpdate {
  readonly name: string;
  /** Left out: Statuspage goes by the worst of the components. */
  readonly impact?: 'none' | 'minor' | 'major' | 'critical';
}

/** What is public after the call. */
interface Published {
  readonly id: string;
  /** Where people see it. */
  readonly link: string | null;
  /** False where it had been published before. */
  readonly posted: boolean;
}

interface PublicComponent {
  readonly id: string;
  readonly name: string;
  /** Empty where Statuspage shows none. */
  readonly status: ComponentStatus | '';
  /** A heading that holds others. */
  readonly group: boolean;
}

/**
 * Every method throws an `OutsideAway` or an `OutsideRefused`; every one may be repeated, but not for the same key at the
 * same time, since nothing keeps two from looking before either posts.
 */
export interface Statuspage {
  components(page: string): Promise<PublicComponent[]>;
  /** Publishes an incident; where there is one of this key among the newest 300, what it does not say yet as an update. */
  open(page: string, incident: PublicIncident): Promise<Published>;
  /** Publishes an update of an incident, unless this key's was. */
  update(page: string, incidentId: string, update: PublicUpdate): Promise<Published>;
}

/** Statuspage API, "Rate Limiting": 60 requests in any 60 seconds for a token. 5 + 60 × 0.9 keeps within that. */
export const statuspageBudget: Bucket = { name: 'statuspage', perSecond: 0.9, burst: 5 };
/** Longer than this the caller had better come again, in milliseconds. */
const longestTurn = 20_000;
/** Statuspage API, "Create an incident". */
const longestName = 255;
const longestBody = 25_000;
/** Statuspage API, "Get a list of incidents": the most that one answer holds. */
const pageSize = 100;
const pagesLookedThrough = 3;
/** Keys of updates that an incident remembers. */
const keysKept = 50;

export function createStatuspage(
  { token, apiUrl }: StatuspageSettings,
  { clock, limiter }: { readonly clock: Clock; readonly limiter: Limiter },
): Statuspage {
  const outside = createOutside({
    name: 'Statuspage',
    headers: { authorization: `OAuth ${token}` },
    secrets: [token],
    clock,
  });
  const ask = inTurn(outside, limiter);
  const address = (page: string, path: string[], query: [string, string][] = []) =>
    addressOf(apiUrl, ['v1', 'pages', page, ...path], query);

  async function* listed<T>(page: string, path: string, size: string, shape: z.ZodType<T[]>) {
    for (let n = 1; ; n++) {
      const url = address(
        page,
        [path],
        [
          [size, String(pageSize)],
          ['page', String(n)],
        ],
      );
      const { body } = await ask({ method: 'GET', url }, shape);
      yield body;
      if (body.length < pageSize) return;
    }
  }

  const findByKey = async (page: string, key: string) => {
    let looked = 0;
    for await (const some of listed(page, 'incidents', 'limit', z.array(incident))) {
      const found = some.find(({ metadata }) => marksOf(metadata)?.key === key);
      looked += 1;
      if (found || looked >= pagesLookedThrough) return found;
    }
    return undefined;
  };

  const publish = async (page: string, { id }: Incident, update: Update, metadata: Incident['metadata']) => {
    const body = { incident: { ...fieldsOf(update), metadata } };
    const answer = await ask({ method: 'PATCH', url: address(page, ['incidents', id]), body }, incident);
    return published(answer.body, true);
  };

  return {
    async components(page) {
      const found: PublicComponent[] = [];
      for await (const some of listed(page, 'components', 'per_page', z.array(component)))
        found.push(...some);
      return found;
    },

    async open(page, { key, name, impact, ...update }) {
      const before = await findByKey(page, key);
      if (before) {
        if (before.incident_updates.some((one) => says(one, update))) return published(before, false);
        return publish(page, before, update, before.metadata);
      }
      const body = {
        incident: {
          ...fieldsOf(update),
          name: shortened(name, longestName),
          ...(impact && { impact_override: impact }),
          metadata: { [ours]: { key, updates: '' } satisfies Marks },
        },
      };
      const answer = await ask({ method: 'POST', url: address(page, ['incidents']), body }, incident);
      return published(answer.body, true);
    },

    async update(page, incidentId, { key, ...update }) {
      const url = address(page, ['incidents', incidentId]);
      const { body: before } = await ask({ method: 'GET', url }, incident);
      if (isPosted(before, key, update)) return published(before, false);
      const marks = marksOf(before.metadata);
      const updates = [...keysIn(marks), encodeURIComponent(key)].slice(-keysKept).join(' ');
      const metadata = { ...before.metadata, [ours]: { key: marks?.key ?? '', updates } satisfies Marks };
      return publish(page, before, update, metadata);
    },
  };
}

/** Waits for a turn; what Statuspage says of a limit holds for every process. */
function inTurn(ask: AskOutside, limiter: Limiter): AskOutside {
  return async <T>(call: OutsideCall, shape: z.ZodType<T>) => {
    try {
      await limiter.take(statuspageBudget, { maxWaitMs: longestTurn });
    } catch (error) {
      if (error instanceof TurnTooLate)
        throw new OutsideAway('Statuspage', 'has no free turn', { retryIn: error.waitMs });
      throw error;
    }
    try {
      return await ask(call, shape);
    } catch (error) {
      if (error instanceof OutsideAway && error.limited)
        await limiter.penalise(statuspageBudget, error.retryIn);
      throw error;
    }
  };
}

const published = ({ id, shortlink }: Incident, posted: boolean): Published => ({
  id,
  link: shortlink,
  posted,
});

type Update = Omit<PublicUpdate, 'key'>;

const fieldsOf = ({ status, body, components }: Update) => ({
  status,
  body: shortened(body, longestBody),
  ...(Object.keys(components).length > 0 && { component_ids: Object.keys(components), components }),
});

/** Our name in an incident's metadata, whose top-level values have to be objects. */
const ours = 'pilothouse';

/** `updates`: the keys of what was posted after `key` opened it, separated by spaces. */
const marks = z.object({ key: z.string(), updates: z.string() });
type Marks = z.infer<typeof marks>;

const marksOf = (metadata: Readonly<Record<string, unknown>>): Marks | undefined =>
  marks.safeParse(metadata[ours]).data;

const keysIn = (marked: Marks | undefined): string[] => marked?.updates.split(' ').filter(Boolean) ?? [];

/** Where an incident carries no marks of ours (a person opened it), its newest update tells. */
function isPosted({ metadata, incident_updates: updates }: Incident, key: string, update: Update): boolean {
  const marked = marksOf(metadata);
  if (marked) return keysIn(marked).includes(encodeURIComponent(key));
  const newest = updates.toSorted((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))[0];
  return newest !== undefined && says(newest, update);
}

/** What a form on the other side may do to white space makes no other text. */
const says = (one: Incident['incident_updates'][number], { status, body }: Update): boolean =>
  one.status === status && settled(one.body) === settled(shortened(body, longestBody));

const settled = (text: string): string => text.replaceAll('\r\n', '\n').trim();

const component = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['', ...componentStatuses]),
  group: z.boolean().default(false),
});

const incident = z.object({
  id: z.string(),
  shortlink: z.string().nullable().default(null),
  metadata: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((metadata) => metadata ?? {}),
  incident_updates: z
    .array(
      z.object({
        status: z.string(),
        body: z
          .string()
          .nullish()
          .transform((body) => body ?? ''),
        created_at: z.string(),
      }),
    )
    .default([]),
});
type Incident = z.infer<typeof incident>;
