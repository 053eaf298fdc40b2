/** The small company whose alerts the tests send. */
import type { Catalog } from '../../src/config/catalog.ts';
import { loadCatalog } from '../../src/config/load-catalog.ts';

const service = (name: string) => `
  ${name}:
    target:
      type: ecs
      service: "{service}-task"
      container: app
      family: "{environment}-{service}"
      image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/{service}:{version}
      environments:
        staging: { cluster: acme-staging }
        production: { cluster: "arn:aws:ecs:us-east-1:123456789012:cluster/acme-prod" }
    probes:
      - { name: live, get: "/{service}/live", retries: 0 }
      - { name: ready, get: "/{service}/ready", retries: 0 }
      - { name: deep, get: "/{service}/deep", full: true }
`;

/** `alerts` is the catalog's section about alerts, in YAML's flow style. */
export const catalogWith = (alerts = '{}', automatic = '{}'): Catalog =>
  loadCatalog(
    `
organization: Acme
slack: { deployments: "#deployments", incidents: "#incidents" }
people: { deployers: ["@engineering"], responders: ["@engineering"] }
environments:
  staging: { base_url: "http://staging.example.com" }
  production: { base_url: "http://production.example.com", after: staging }
services: ${['api-gateway', 'auth-svc', 'web', 'web-admin'].map(service).join('')}
incidents:
  on_call: { otherwise: ["@engineering"] }
  alerts: ${alerts}
  automatic: ${automatic}
`,
    'pilothouse.yml',
  );
