/** From a form's answers to what is wanted, each checked as a value against the catalog. No I/O here. */
import type { Catalog } from '../config/catalog.ts';
import { Refusal } from '../records/refusal.ts';
import { isTag } from '../records/version.ts';
import { badVersion, movingVersion, notAnEnvironment, notAService } from './mistakes.ts';
import { type RollbackRequest, shortened, spelledOut } from './request.ts';
import { bare } from './words.ts';

/** What the forms of `/deploy` and `/rollback` have in common. */
export interface Answers {
  readonly environment: string | null;
  /** `all` among them means every service. */
  readonly services: readonly string[];
  readonly version: string | null;
  readonly reason: string | null;
}

/** Refuses what the typed command would, but for its length: a form may name every service of a large catalog. */
export function readAnswers(answers: Answers, catalog: Catalog): Omit<RollbackRequest, 'incident'> {
  const environment = bare(answers.environment ?? '').toLowerCase();
  if (environment === '') throw missing('In which environment?', 'Choose one.');
  if (!catalog.environments.has(environment)) throw notAnEnvironment(environment, catalog);
  const named = answers.services.map((name) => bare(name).toLowerCase()).filter((name) => name !== '');
  if (named.length === 0) throw missing('Which services?', 'Name them, or say all.');
  const services = named.filter((name) => name !== 'all');
  const stranger = services.find((name) => !catalog.services.includes(name));
  if (stranger !== undefined) throw notAService(stranger, catalog);
  const wanted = { services, all: services.length < named.length };
  return {
    environment,
    services: spelledOut(wanted, environment, catalog),
    version: readVersion(bare(answers.version ?? '')),
    reason: shortened(answers.reason),
  };
}

/** A tag without any digit moves: `latest`, `main`, the name of a branch. */
function readVersion(typed: string): string | null {
  if (typed === '') return null;
  if (!isTag(typed)) throw badVersion(typed);
  if (!/\d/.test(typed)) throw movingVersion(typed);
  return typed;
}

const missing = (what: string, hint: string): Refusal => new Refusal('missing-argument', what, hint);
