/** One look at a service from outside, over HTTP. */
import { isDeepStrictEqual } from 'node:util';
import { isMatch } from 'es-toolkit/compat';
import type { ProbeSettings } from '../config/catalog.ts';
import type { ProbeResult } from '../records/health.ts';
import type { Clock } from './clock.ts';

const pauseBetweenAttempts = 1_000;
/** A clock that runs faster does not make the network faster: real milliseconds that an answer always gets. */
const leastPatience = 500;

export function createProbe(clock: Clock): (probe: ProbeSettings) => Promise<ProbeResult> {
  return async (probe) => {
    for (let attempt = 0; ; attempt++) {
      const result = await look(probe, clock);
      // An answer is an answer, good or bad; only silence is asked again.
      if (result.took !== null || attempt >= probe.retries) return result;
      await clock.sleep(pauseBetweenAttempts);
    }
  };
}

async function look(probe: ProbeSettings, clock: Clock): Promise<ProbeResult> {
  const began = performance.now();
  const result = (
    verdict: ProbeResult['verdict'],
    took: number | null,
    because: string | null,
  ): ProbeResult => ({
    name: probe.name,
    url: probe.url,
    verdict,
    took,
    because,
  });
  try {
    const response = await fetch(probe.url, {
      signal: AbortSignal.timeout(Math.max(leastPatience, clock.real(probe.timeout))),
      redirect: 'manual',
      headers: { 'user-agent': 'pilothouse-probe' },
    });
    const body = await response.text();
    const took = Math.round(performance.now() - began);
    const because = disappointment(probe, response.status, body, took);
    return result(because ? 'failed' : 'ok', took, because);
  } catch (error) {
    const { verdict, because } = silence(error, probe);
    return result(verdict, null, because);
  }
}

/** The first expectation that the answer does not meet, with the value found. */
function disappointment(probe: ProbeSettings, status: number, body: string, took: number): string | null {
  if (status !== probe.status) return `answered ${status}, expected ${probe.status}`;
  if (probe.json !== undefined) {
    const found = parsed(body);
    if (found === undefined) return 'answered something that is not JSON';
    if (!contains(found, probe.json)) {
      return `answered ${cut(JSON.stringify(found))}, expected ${cut(JSON.stringify(probe.json))}`;
    }
  }
  if (probe.within !== undefined && took > probe.within) return `took ${took} ms, allowed ${probe.within} ms`;
  return null;
}

const contains = (found: unknown, wanted: unknown): boolean =>
  typeof wanted === 'object' && wanted !== null && typeof found === 'object' && found !== null
    ? isMatch(found, wanted)
    : isDeepStrictEqual(found, wanted);

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const cut = (text: string): string => (text.length > 200 ? `${text.slice(0, 199)}…` : text);

/** Our own network's trouble says nothing about the service; a refused, broken or silent connection does. */
const ourOwnTrouble = ['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL'];

function silence(error: unknown, probe: ProbeSettings): { verdict: 'failed' | 'unknown'; because: string } {
  if (fieldOf(error, 'name') === 'TimeoutError') {
    return { verdict: 'failed', because: `no answer within ${probe.timeout} ms` };
  }
  const code = String(fieldOf(fieldOf(error, 'cause'), 'code') ?? fieldOf(error, 'code') ?? 'unknown error');
  return ourOwnTrouble.includes(code)
    ? { verdict: 'unknown', because: `the network does not reach it (${code})` }
    : { verdict: 'failed', because: `no answer (${code})` };
}

/** fetch's errors are of several makes, and not all of them an Error of ours. */
const fieldOf = (error: unknown, field: 'name' | 'cause' | 'code'): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined;
