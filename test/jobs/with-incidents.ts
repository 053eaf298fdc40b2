/** Gives the catalog of the tests a section about incidents. */
export const withIncidents = (text: string): string =>
  `${text.replace('slack: { deployments: "#deployments" }', 'slack: { deployments: "#deployments", incidents: "#incidents" }')}
incidents:
  on_call: { otherwise: ["ben@example.com"] }
`;
