/** The small company of the feature tests: two environments, three services in two stages, four people. */
import type { Cloud, CloudService } from '../../playground/cloud/index.ts';

export const people = {
  people: [
    { id: 'U0ANA00001', name: 'ana', email: 'ana@example.com' },
    { id: 'U0BEN00001', name: 'ben', email: 'ben@example.com' },
    { id: 'U0CARLA001', name: 'carla', email: 'carla@example.com' },
    { id: 'U0DAVE0001', name: 'dave', email: 'dave@example.com' },
  ],
  userGroups: [
    { id: 'S0ENGINEER', handle: 'engineering', members: ['ana', 'ben', 'carla'] },
    { id: 'S0LEADS001', handle: 'devops-lead', members: ['ben'] },
  ],
};

const services = ['auth-svc', 'market-svc', 'api-gateway'];
const clusters = { staging: 'skillancer-staging', production: 'skillancer-prod' };

export const estate = (): CloudService[] =>
  Object.values(clusters).flatMap((cluster) =>
    services.map((service) => ({
      cluster,
      service,
      family: `${cluster}-${service}`,
      container: 'app',
      repository: service,
      tags: ['v1.0.0', 'v1.1.0', 'v1.2.0'],
      running: 'v1.0.0',
      desired: 2,
      breaker: 'rollback' as const,
    })),
  );

export const catalogText = (cloud: Cloud): string => `
organization: Skillancer
slack: { deployments: "#deployments" }
people:
  deployers: ["@engineering"]
  approvers: ["@devops-lead", "carla@example.com"]
  responders: ["@engineering"]
  admins: ["@devops-lead"]
environments:
  staging:
    base_url: ${cloud.siteUrl(clusters.staging)}
    watch: { for: 30s, every: 10s }
  production:
    base_url: ${cloud.siteUrl(clusters.production)}
    after: staging
    approvals: { required: 1, from: approvers, expire: 30m }
    watch: { for: 1m, every: 10s }
services:
${services.map((name) => serviceText(name, name === 'api-gateway' ? 2 : 1)).join('')}`;

const serviceText = (name: string, stage: number): string => `
  ${name}:
    stage: ${stage}
    target:
      type: ecs
      service: "{service}"
      container: app
      image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/{service}:{version}
      environments:
        staging: { cluster: ${clusters.staging}, family: "${clusters.staging}-{service}" }
        production: { cluster: ${clusters.production}, family: "${clusters.production}-{service}" }
    probes:
      - { name: live, get: "/{service}/health/live" }
`;
