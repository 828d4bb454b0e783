import { duplicateClaim } from './duplicate-claim.ts';
import type { FraudRule } from './fraud-signal.ts';
import { impossibleQuantity } from './impossible-quantity.ts';
import { priceAboveList } from './price-above-list.ts';
import { serviceAfterDeath } from './service-after-death.ts';

/** What is looked for in each claim. */
export const fraudRules: readonly FraudRule[] = [duplicateClaim, impossibleQuantity, priceAboveList, serviceAfterDeath];
