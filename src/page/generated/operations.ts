/** Made by `npm run operations` from src/page/operations and schema.graphql. */
/* oxlint-disable */

import type { Operation } from '../shell/operation.ts';

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type OverviewQueryVariables = Exact<{ [key: string]: never; }>;


export type OverviewQuery = { readonly accounts: ReadonlyArray<{ readonly id: string, readonly name: string }> };

/** Every operation of the page, as it names them to the gateway. */
export const operations = {
  Overview: { name: 'Overview', id: '08ea749be44aa13bd2ecfde843db885704350146e31fcc57bc853c49970c9368' } as Operation<OverviewQuery, OverviewQueryVariables>,
} as const;
