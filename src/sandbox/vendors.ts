/**
 * The simulated vendors, by the ids of their providers in gateway.yaml. Another one costs its file and one line here.
 */

import { aione } from './aione.ts';
import { novita, ppio } from './ppio-novita.ts';
import { streamlake } from './streamlake.ts';

export const simulatedVendors = { ppio, novita, aione, streamlake } as const;

type Simulated = typeof simulatedVendors;
export type VendorId = keyof Simulated;
export type QuirksOf<Id extends VendorId> = Parameters<ReturnType<Simulated[Id]['create']>['answer']>[1];

export const vendorIds = Object.keys(simulatedVendors) as readonly VendorId[];

/** The credentials that the sandbox accepts. */
export const sandboxCredentials = Object.fromEntries(
  Object.entries(simulatedVendors).map(([id, { credential }]) => [id, credential]),
) as { readonly [Id in VendorId]: Simulated[Id]['credential'] };
