/** What is wrong with a catalog, with the place in the file: said all at once. */

export interface CatalogProblem {
  /** `services.api.probes[0].get`; empty for the file as a whole. */
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
}

/** The catalog cannot be used. The message lists every problem, one a line. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
  readonly problems: readonly CatalogProblem[];

  constructor(fileName: string, problems: readonly CatalogProblem[]) {
    super(problems.map((problem) => sentence(fileName, problem)).join('\n'));
    this.problems = problems;
  }
}

/** `pilothouse.yml:14 services.api.stage: expected a number`. */
function sentence(fileName: string, { path, line, message }: CatalogProblem): string {
  const place = line === null ? fileName : `${fileName}:${line}`;
  return `${[place, path].filter(Boolean).join(' ')}: ${message}`;
}
