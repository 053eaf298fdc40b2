/** Reads `pilothouse.yml`: shape, then everything that one part says about another; all problems at once. */
import type { Catalog } from './catalog.ts';
import { CatalogError } from './catalog-error.ts';

export { CatalogError };
export declare function loadCatalog(yamlText: string, fileName: string): Catalog;
