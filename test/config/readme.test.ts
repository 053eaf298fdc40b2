/** The catalogs that people copy are catalogs that the program takes. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { loadCatalog } from '../../src/config/load-catalog.ts';

test('the catalog in the README is taken as it stands', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const yaml = /```yaml\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const catalog = loadCatalog(yaml, 'README.md');
  expect(catalog.services).toEqual(['api']);
  expect(catalog.place('api', 'production')?.target.cluster).toBe('prod');
});
