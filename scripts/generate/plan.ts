import { dayNumber, yearsLater } from './days.ts';
import { familySize } from './family-size.ts';

/** What is asked for. */
export interface SchemeOptions {
  insurees: number;
  seed: number;
  /** Claims of an insuree in a year, on average. */
  claimsPerYear: number;
  /** For how many years there are claims. */
  years: number;
  /** The last day of claims, like 2026-10-31. */
  until: string;
}

/** How large everything is that follows from what is asked for; days are numbers. */
export interface SchemePlan extends SchemeOptions {
  families: number;
  /** The last family may have fewer members than its own random numbers say. */
  lastFamilySize: number;
  villages: number;
  wards: number;
  districts: number;
  regions: number;
  /** Of claims. */
  firstDay: number;
  lastDay: number;
}

const VILLAGE_INSUREES = 1500;
export const WARD_VILLAGES = 5;
export const DISTRICT_WARDS = 6;
export const REGION_DISTRICTS = 5;

/** Lays out a scheme. Takes some time for a nation, since families are counted. */
export const planScheme = (options: SchemeOptions): SchemePlan => {
  let families = 0;
  let lastFamilySize = 0;
  for (let left = options.insurees; left > 0; left -= lastFamilySize) {
    lastFamilySize = Math.min(left, familySize(options.seed, families++));
  }
  const villages = Math.ceil(options.insurees / VILLAGE_INSUREES);
  const wards = Math.ceil(villages / WARD_VILLAGES);
  const districts = Math.ceil(wards / DISTRICT_WARDS);
  const lastDay = dayNumber(options.until);
  return {
    ...options,
    families,
    lastFamilySize,
    villages,
    wards,
    districts,
    regions: Math.ceil(districts / REGION_DISTRICTS),
    firstDay: yearsLater(lastDay, -options.years) + 1,
    lastDay,
  };
};
