/** A simulated cloud: ECS, ECR and load balancers in AWS's own protocols, and the services' health endpoints, on one HTTP server. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../src/clients/clock.ts';
import { findTaskDefinition } from './ecs/find.ts';
import { deregister } from './ecs/task-definitions.ts';
import { type CloudLoadBalancer, openBalancers } from './elb/balancers.ts';
import { openEstate } from './estate.ts';
import type { CloudService } from './estate-definitions.ts';
import { type AwsFront, answerAws, type Write } from './front/aws.ts';
import { type ApiFaults, apiFaults } from './front/faults.ts';
import { quotasOn } from './front/quotas.ts';
import { answerSite, type Site, type SiteFault } from './front/site.ts';
import { pushImage } from './registry.ts';
import { catchUp } from './rollout/advance.ts';
import { type CloudSnapshot, type Running, running, snapshot } from './snapshot.ts';
import { type CloudSwitches, findNamed, switches } from './switches.ts';
import { type CloudEvent, emptyWorld } from './world.ts';

export type { CloudService } from './estate-definitions.ts';
export type { CloudSnapshot } from './snapshot.ts';
export type { CloudEvent } from './world.ts';

export interface CloudOptions {
  /** Rollouts and quotas run on this clock. */
  clock: Clock;
  /** Default: any free one. */
  port?: number;
  /** Default us-east-1 and 123456789012. */
  region?: string;
  account?: string;
  /** The starting estate. */
  services: CloudService[];
  /** In front of clusters; a cluster without one is reached directly. */
  loadBalancers?: CloudLoadBalancer[];
  /**
   * Clock time that a healthy task needs to start, in milliseconds (default 20,000); draining takes half of it. All
   * other times of ECS (52 s between crashes, and so on) keep their proportion to it.
   */
  rolloutMs?: number;
  /** AWS's request quotas; default true. */
  quotas?: boolean;
  /** Real time that every call takes, in milliseconds; default 5. */
  latencyMs?: number;
}

export interface Cloud {
  /** For the `endpoint` of the AWS SDK's clients, or `AWS_ENDPOINT_URL`. */
  readonly awsUrl: string;
  /** Every accepted mutating call, in order. */
  readonly writes: readonly Write[];
  /** How often each operation was called; throttled calls count as `Throttled:<operation>` only. */
  readonly calls: Record<string, number>;
  running(cluster: string, service: string): Running;
  /** The base URL of a cluster's services; with a path, the URL of one endpoint. */
  siteUrl(cluster: string, path?: string): string;
  /** A new image, pushed now. */
  push(repository: string, tag: string): void;
  /** What can go wrong. */
  readonly break: CloudSwitches;
  deregister(taskDefinitionArn: string): void;
  /** Tells of every event as it happens; returns the way to stop listening. */
  watch(listener: (event: CloudEvent) => void): () => void;
  /** All that a page shows, as plain JSON. */
  snapshot(): CloudSnapshot & {
    calls: Record<string, number>;
    /** The last 50. */
    writes: Write[];
    faults: { api: ReturnType<ApiFaults['pending']>; site: Record<string, SiteFault> };
  };
  stop(): Promise<void>;
}

/** How often listeners are told what happened meanwhile, in real milliseconds. */
const WATCH_EVERY = 100;

export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const listeners = new Set<(event: CloudEvent) => void>();
  const { clock, region = 'us-east-1', account = '123456789012', rolloutMs = 20_000 } = options;
  const announce = (event: CloudEvent) => {
    for (const listener of listeners) listener(event);
  };
  const world = emptyWorld({ clock, region, account, rolloutMs, announce });
  openEstate(world, options.services);
  openBalancers(world, options.loadBalancers ?? []);
  const front: AwsFront = {
    world,
    faults: apiFaults(),
    quotas: (options.quotas ?? true) ? quotasOn(clock) : undefined,
    latencyMs: options.latencyMs ?? 5,
    writes: [],
    calls: {},
  };
  const site: Site = { world, faults: new Map<string, SiteFault>() };
  const server = await listen(front, site, options.port ?? 0);
  const awsUrl = `http://127.0.0.1:${server.port}`;
  const watching = setInterval(() => listeners.size > 0 && catchUp(world), WATCH_EVERY).unref();
  const named = (cluster: string, service: string) => findNamed(world, cluster, service);
  return {
    awsUrl,
    writes: front.writes,
    calls: front.calls,
    running: (cluster, service) => {
      catchUp(world);
      return running(world, named(cluster, service));
    },
    siteUrl: (cluster, path = '') =>
      `${awsUrl}/site/${encodeURIComponent(cluster)}${path && `/${path.replace(/^\//, '')}`}`,
    push: (repository, tag) => {
      pushImage(world, repository, tag, clock.now());
      announce({ at: clock.now(), text: `${repository}:${tag} was pushed` });
    },
    break: switches(world, front.faults, site.faults),
    deregister: (arn) => void deregister(findTaskDefinition(world, arn), clock.now()),
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    snapshot: () => {
      catchUp(world);
      const faults = { api: front.faults.pending(), site: Object.fromEntries(site.faults) };
      return { ...snapshot(world), calls: { ...front.calls }, writes: front.writes.slice(-50), faults };
    },
    stop: async () => {
      clearInterval(watching);
      await server.close();
    },
  };
}

async function listen(front: AwsFront, site: Site, port: number) {
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    const answered = url.startsWith('/site/')
      ? answerSite(site, url.slice('/site/'.length), response)
      : answerAws(front, request, response);
    answered.catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server.address()),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const portOf = (address: AddressInfo | string | null) =>
  typeof address === 'object' && address ? address.port : 0;
