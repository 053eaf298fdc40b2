/** Statuspage's client against the simulated pages: what is public is public once. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { OutsideAway } from '../../src/clients/outside.ts';
import { createStatuspage, type PublicUpdate, statuspageBudget } from '../../src/clients/statuspage.ts';
import { failureOf, startStatuspagePair } from './outside-services.ts';

let pair: Awaited<ReturnType<typeof startStatuspagePair>>;
beforeEach(async () => {
  pair = await startStatuspagePair();
});
afterEach(() => pair.service.stop());

const pageId = 'pg_pilothouse';
const opening = {
  key: 'INC-1',
  name: 'Checkout is down',
  status: 'investigating' as const,
  body: 'We are looking into it.',
  components: { cmp_api: 'major_outage' as const },
};
const identified: PublicUpdate = {
  key: 'INC-1/2',
  status: 'identified',
  body: 'A deployment is being rolled back.',
  components: { cmp_api: 'partial_outage' },
};

const page = () => {
  const found = pair.service.pages.get(pageId);
  if (!found) throw new Error('the page is missing');
  return found;
};
const bodies = () => page().incidents.map(({ updates }) => updates.map(({ body }) => body));
const writes = () => pair.service.requests.filter(({ method }) => method !== 'GET');

test('the components of a page', async () => {
  expect(await pair.client.components(pageId)).toEqual([
    { id: 'cmp_api', name: 'API', status: 'operational', group: false },
    { id: 'cmp_web', name: 'Website', status: 'operational', group: false },
  ]);
});

describe('opening', () => {
  test('publishes the incident, its first text and its components', async () => {
    const published = await pair.client.open(pageId, { ...opening, impact: 'critical' });
    const [incident] = page().incidents;
    expect(published).toEqual({
      id: incident?.id,
      link: `https://stspg.io/${incident?.id}`,
      posted: true,
    });
    expect(incident).toMatchObject({
      name: opening.name,
      status: 'investigating',
      impactOverride: 'critical',
      componentIds: ['cmp_api'],
      updates: [{ body: opening.body, status: 'investigating' }],
    });
    expect(page().components).toMatchObject([{ status: 'major_outage' }, { status: 'operational' }]);
  });

  test('again is the same incident and no second text, even after updates', async () => {
    const first = await pair.client.open(pageId, opening);
    expect(await pair.client.open(pageId, opening)).toEqual({ ...first, posted: false });
    await pair.client.update(pageId, first.id, identified);
    expect(await pair.client.open(pageId, opening)).toEqual({ ...first, posted: false });
    expect(bodies()).toEqual([[opening.body, identified.body]]);
  });

  test('with a new text for an incident that is there publishes it as an update, once', async () => {
    const first = await pair.client.open(pageId, opening);
    const later = { ...opening, status: 'monitoring' as const, body: 'It looks better.' };
    expect(await pair.client.open(pageId, later)).toEqual({ ...first, posted: true });
    expect(await pair.client.open(pageId, later)).toEqual({ ...first, posted: false });
    expect(bodies()).toEqual([[opening.body, later.body]]);
  });

  test('finds its text again where the service changed the white space', async () => {
    await pair.client.open(pageId, { ...opening, body: 'One.\nTwo.' });
    const [incident] = page().incidents;
    incident?.updates.splice(0, 1, ...incident.updates.map((one) => ({ ...one, body: 'One.\r\nTwo. ' })));
    expect(await pair.client.open(pageId, { ...opening, body: 'One.\nTwo.' })).toMatchObject({
      posted: false,
    });
  });

  test('with another key is another incident', async () => {
    const first = await pair.client.open(pageId, opening);
    const second = await pair.client.open(pageId, { ...opening, key: 'INC-2' });
    expect(second.id).not.toBe(first.id);
  });

  test('finds its incident behind a hundred others', async () => {
    const first = await pair.client.open(pageId, opening);
    for (let n = 0; n < 150; n++) pair.service.openByHand(pageId, `Other ${n}`, 'text');
    expect(await pair.client.open(pageId, opening)).toEqual({ ...first, posted: false });
  });

  test('cuts what is too long', async () => {
    await pair.client.open(pageId, { ...opening, name: 'n'.repeat(300), body: 'b'.repeat(30_000) });
    expect(page().incidents[0]?.name).toHaveLength(255);
    expect(bodies()[0]?.[0]).toHaveLength(25_000);
  });

  test('without components names none', async () => {
    await pair.client.open(pageId, { ...opening, components: {} });
    expect(page().incidents).toMatchObject([{ componentIds: [] }]);
  });
});

describe('an update', () => {
  test('is published with its status and components', async () => {
    const { id, link } = await pair.client.open(pageId, opening);
    expect(await pair.client.update(pageId, id, identified)).toEqual({ id, link, posted: true });
    expect(page().incidents).toMatchObject([{ status: 'identified' }]);
    expect(page().components[0]?.status).toBe('partial_outage');
  });

  test('of the same key is published once, even where another came between', async () => {
    const { id } = await pair.client.open(pageId, opening);
    const next = { ...identified, key: 'INC-1/3', body: 'Half of it is rolled back.' };
    await pair.client.update(pageId, id, identified);
    await pair.client.update(pageId, id, next);
    expect(await pair.client.update(pageId, id, identified)).toMatchObject({ posted: false });
    expect(bodies()).toEqual([[opening.body, identified.body, next.body]]);
  });

  test('of another key is published even if it says the same again', async () => {
    const { id } = await pair.client.open(pageId, opening);
    await pair.client.update(pageId, id, identified);
    expect(await pair.client.update(pageId, id, { ...identified, key: 'INC-1/3' })).toMatchObject({
      posted: true,
    });
    expect(bodies()).toEqual([[opening.body, identified.body, identified.body]]);
  });

  test('whose answer was lost is not published again', async () => {
    const { id } = await pair.client.open(pageId, opening);
    pair.service.break.loseAnswers(1, 'writes');
    expect(await failureOf(pair.client.update(pageId, id, identified))).toBeInstanceOf(OutsideAway);
    expect(await pair.client.update(pageId, id, identified)).toMatchObject({ posted: false });
    expect(bodies()).toEqual([[opening.body, identified.body]]);
  });

  test('of an incident that a person opened is published once as well', async () => {
    const id = pair.service.openByHand(pageId, 'Opened by hand', 'text');
    await pair.client.update(pageId, id, { ...identified, status: 'investigating', body: 'text' });
    expect(writes()).toEqual([]);
    await pair.client.update(pageId, id, identified);
    await pair.client.update(pageId, id, identified);
    expect(bodies()).toEqual([['text', identified.body]]);
  });

  test('leaves what others wrote into the metadata', async () => {
    const { id } = await pair.client.open(pageId, opening);
    Object.assign(page().incidents[0]?.metadata ?? {}, { jira: { issue: 'OPS-1' } });
    await pair.client.update(pageId, id, identified);
    expect(page().incidents[0]?.metadata).toEqual({
      jira: { issue: 'OPS-1' },
      pilothouse: { key: 'INC-1', updates: 'INC-1%2F2' },
    });
  });

  test('that resolves ends the incident', async () => {
    const { id } = await pair.client.open(pageId, opening);
    const resolved = { key: 'end', status: 'resolved' as const, body: 'Fixed.' };
    await pair.client.update(pageId, id, { ...resolved, components: { cmp_api: 'operational' } });
    expect(page().incidents).toMatchObject([{ status: 'resolved', resolvedAt: expect.any(Number) }]);
    expect(page().components[0]?.status).toBe('operational');
  });
});

describe('what is refused', () => {
  test('a page that is not there', async () => {
    expect(await failureOf(pair.client.components('pg_nowhere'))).toMatchObject({ status: 404 });
    expect(await failureOf(pair.client.open('pg_nowhere', opening))).toMatchObject({ status: 404 });
  });

  test('an incident that is not there', async () => {
    expect(await failureOf(pair.client.update(pageId, 'gone', identified))).toMatchObject({ status: 404 });
  });

  test('a component that is not on the page', async () => {
    const components = { cmp_nowhere: 'major_outage' as const };
    expect(await failureOf(pair.client.open(pageId, { ...opening, components }))).toMatchObject({
      status: 422,
      reason: expect.stringContaining('cmp_nowhere'),
    });
    expect(page().incidents).toEqual([]);
  });

  test('a wrong token, which is not shown', async () => {
    const settings = { ...pair.settings, token: 'hunter22' };
    const failure = await failureOf(createStatuspage(settings, pair).components(pageId));
    expect(failure).toMatchObject({ status: 401, reason: 'Could not authenticate' });
    expect(failure.message).not.toContain('hunter22');
  });
});

describe('the rate limit', () => {
  test('is never reached, however much is asked', async () => {
    const asked = Array.from({ length: 70 }, () => pair.client.components(pageId));
    const outcomes = await Promise.allSettled(asked);
    const failures = outcomes.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    expect(failures.filter((failure) => !failure.includes('has no free turn'))).toEqual([]);
    expect(pair.service.requests.filter(({ status }) => status !== 200)).toEqual([]);
  });

  test('when it is reached all the same, nobody asks until it is over', async () => {
    pair.service.break.throttle(1, 600);
    expect(await failureOf(pair.client.components(pageId))).toMatchObject({
      retryIn: 600_000,
      limited: true,
    });
    const early = await failureOf(pair.client.components(pageId));
    if (!(early instanceof OutsideAway)) throw early;
    expect(early.message).toBe('Statuspage has no free turn');
    expect(early.retryIn).toBeGreaterThan(20_000);
    expect(early.retryIn).toBeLessThanOrEqual(610_000);
    expect(pair.service.requests).toHaveLength(1);
  });

  test('the budget keeps within what is documented for any minute', () => {
    expect(statuspageBudget.burst + 60 * statuspageBudget.perSecond).toBeLessThanOrEqual(60);
  });
});
