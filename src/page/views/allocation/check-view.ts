/** What of a month the rules of an allocation match and miss, as the endpoint tells it. */

import type { AllocationCheckQuery } from '../../generated/operations.ts';

export type CheckView = NonNullable<AllocationCheckQuery['allocationCheck']>;
