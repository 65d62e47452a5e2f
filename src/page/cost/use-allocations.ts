/** The allocations of the settings: by what it can be told whose cost it is. */

import { operations, type AllocationsQuery } from '../generated/operations.ts';
import { useQuery } from '../shell/use-query.ts';

export type AllocationView = AllocationsQuery['allocations'][number];

const nothing = {};

/** Empty until they are known. */
export function useAllocations(): readonly AllocationView[] {
  return useQuery(operations.Allocations, nothing).data?.allocations ?? [];
}
