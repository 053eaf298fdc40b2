/** Names of war rooms: `inc-YYYYMMDD-<service>-<short title>`, as Slack takes them. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { roomName } from '../../../src/jobs/incident/effects/room.ts';

const incident = {
  declaredAt: Date.UTC(2026, 10, 20, 23, 30),
  title: 'Checkout is down!',
  services: ['api-gateway'],
  environment: 'production',
  drill: null,
};

test.each([
  ['as the rule says', {}, 'UTC', 'inc-20261120-api-gateway-checkout-is-down'],
  ['on the day of the team', {}, 'Asia/Tokyo', 'inc-20261121-api-gateway-checkout-is-down'],
  [
    'by the environment where several services hurt',
    { services: ['a', 'b'] },
    'UTC',
    'inc-20261120-production-checkout-is-down',
  ],
  [
    'without accents',
    { title: 'Überlastung für alle' },
    'UTC',
    'inc-20261120-api-gateway-uberlastung-fur-alle',
  ],
  ['without a title that has no letters', { title: '🔥🔥' }, 'UTC', 'inc-20261120-api-gateway'],
  ['marked as a drill', { drill: 'overload' as const }, 'UTC', 'drill-20261120-api-gateway-checkout-is-down'],
])('%s', (_, said, zone, name) => {
  expect(roomName({ ...incident, ...said }, zone)).toBe(name);
});

test('Slack takes every one of them, with room for a number', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ maxLength: 80 }),
      (title, service) => {
        const name = roomName({ ...incident, title, services: [service] }, 'UTC');
        expect(name).toMatch(/^[a-z0-9][a-z0-9_-]{2,75}$/);
      },
    ),
  );
});
