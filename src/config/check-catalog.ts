/** `npm run check-catalog -- pilothouse.yml …`: says whether catalogs are fine; for people and for their CI. */
import { readFile } from 'node:fs/promises';
import { CatalogError, loadCatalog } from './load-catalog.ts';

const named = process.argv.slice(2).filter((word) => word !== '--');
const files = named.length > 0 ? named : [process.env.PILOTHOUSE_CATALOG || './pilothouse.yml'];
for (const file of files) {
  try {
    console.log(await praise(file));
  } catch (error) {
    console.error(complaint(file, error));
    process.exitCode = 1;
  }
}

async function praise(file: string): Promise<string> {
  const { environments, services } = loadCatalog(await readFile(file, 'utf8'), file);
  return `${file}: fine: ${count(environments.size, 'environment')}, ${count(services.length, 'service')}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function complaint(file: string, error: unknown): string {
  if (error instanceof CatalogError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') return `${file}: there is no such file`;
  if (code === 'EISDIR') return `${file}: is a folder, not a file`;
  if (code === null) throw error;
  return `${file}: cannot be read (${code})`;
}
