/** From a slash command's text to what is wanted, checked against the catalog. No I/O here. */
import type { Catalog } from '../config/catalog.ts';

export interface DeployRequest {
  readonly environment: string;
  /** Spelled out, in the catalog's order. */
  readonly services: readonly string[];
  readonly version: string | null;
  readonly skipStaging: boolean;
  readonly reason: string | null;
  readonly planOnly: boolean;
}

export interface RollbackRequest {
  readonly environment: string;
  readonly services: readonly string[];
  readonly version: string | null;
  readonly reason: string | null;
}

export interface HealthRequest {
  readonly environment: string;
  readonly services: readonly string[];
  readonly full: boolean;
}

export type OpsRequest =
  | { readonly verb: 'status' }
  | { readonly verb: 'audit'; readonly deployment: string | null };

export declare function readDeploy(text: string, catalog: Catalog): DeployRequest | 'help' | 'form';
export declare function readRollback(text: string, catalog: Catalog): RollbackRequest | 'help' | 'form';
export declare function readHealth(text: string, catalog: Catalog): HealthRequest | 'help';
export declare function readOps(text: string): OpsRequest | 'help';
