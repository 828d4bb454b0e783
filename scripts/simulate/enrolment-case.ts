import type { Contract, Coverage, Extension, Parameters, ParametersParameter } from 'fhir/r4.js';
import { decimalOf, formatDecimal } from '../../src/fhir/decimal.ts';
import type { MoneyText } from './case.ts';
import { namingOf, type Scheme } from './claim-case.ts';
import { claimOn, visitResources } from './claim-on.ts';
import {
  type CaseFamily,
  type CasePremiumProduct,
  contractResource,
  contributionOf,
  enforcedOn,
  familyResources,
  lateAsset,
  lateMembers,
  productResource,
} from './enrolment-resources.ts';
import { refusedRules } from './refused-rules.ts';
import type { Naming } from './set-up-resources.ts';

const POLICY_STATUS = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/coverage-policy-status';
const PROMPT = 'https://kiungo.example/fhir/renewal-prompt';

/** What happens to a policy. */
export type EnrolmentStep =
  | { do: 'enrol'; enrolled?: string; expect?: object }
  | {
      do: 'pay';
      amount: MoneyText;
      date: string;
      photoFee?: boolean;
      enforce?: boolean;
      /** A number of its own where it is not given. */
      receipt?: string;
      expect?: object;
    }
  | { do: 'join'; adults: number; date: string; expect?: object }
  | { do: 'execute'; expect?: object }
  | { do: 'claimOn'; date: string; expect?: object }
  | { do: 'clock'; today: string; expect?: object };

/** A product, a family, and the steps of its policy. */
export interface EnrolmentCase {
  id: string;
  kind: 'enrolment';
  currency?: string;
  minorUnits?: number;
  setup: {
    product: CasePremiumProduct;
    family: CaseFamily;
    stage?: 'N' | 'R';
    enrolled: string;
    /** Of the policy that is renewed. */
    previousExpiry?: string;
  };
  steps: EnrolmentStep[];
}

const AMOUNTS = ['contribution', 'assembly', 'registration', 'gross', 'discount', 'value', 'balance'];
const DAYS = ['start', 'expiry', 'effective'];

/** What the server says of the policy, in the words of the case. */
const resultOf = ({ parameter = [] }: Parameters, minorUnits: number): object => {
  const named = (name: string): ParametersParameter | undefined => parameter.find(each => each.name === name);
  const amounts = AMOUNTS.map(name => [
    name,
    formatDecimal(decimalOf(named(name)?.valueMoney?.value ?? 0), minorUnits),
  ]);
  const days = DAYS.flatMap(name => {
    const day = named(name)?.valueDate;
    return day === undefined ? [] : [[name, day]];
  });
  const ofChildren = parameter.find(({ part = [] }) => part[0]?.valueCode === 'premium-child');
  return {
    counted: named('counted')?.valueInteger,
    extraChildren: ofChildren?.part?.[1]?.valueInteger ?? 0,
    ...Object.fromEntries([...amounts, ...days]),
    status: named('status')?.valueCode,
  };
};

const toldOf = ({ extension = [] }: { extension?: Extension[] | undefined }): string | undefined =>
  extension.find(({ url }) => url === POLICY_STATUS)?.valueCodeableConcept?.coding?.[0]?.code;

/** How the policy and its cover are stored, and whether its renewal was asked for. */
const storedOf = async (scheme: Scheme, id: string, members: readonly string[]): Promise<object> => {
  const contract = (await scheme.read('Contract', id)) as unknown as Contract;
  const beneficiary = members.map(member => `Patient/${member}`).join(',');
  const coverages = (await scheme.search('Coverage', [['beneficiary', beneficiary]])) as unknown as Coverage[];
  const prompts = await scheme.search('CommunicationRequest', [['identifier', `${PROMPT}|Contract/${id}`]]);
  return {
    stored: toldOf(contract) ?? contract.status,
    covers: coverages.map(coverage => toldOf(coverage) ?? coverage.status),
    coveredFrom: coverages.map(({ period }) => period?.start ?? '').toSorted(),
    prompted: prompts.length > 0,
  };
};

/** A policy as the steps so far have made it. */
interface Run {
  scheme: Scheme;
  naming: Naming;
  members: readonly string[];
  /** Members and those who joined late. */
  people: string[];
  isRenewal: boolean;
  enrolled: string;
  extension: object[];
  /** Further assets: those who joined late. */
  late: object[];
}

const putContract = async (run: Run, status: string): Promise<void> => {
  const { scheme, naming, enrolled: issued, members, extension, isRenewal, late } = run;
  const renews = isRenewal ? { renews: 'before' } : {};
  await scheme.put({ ...contractResource('policy', { issued, members, extension, late, ...renews }, naming), status });
};

/** Takes a step, and gives back what only this step tells. */
const take = async (run: Run, step: EnrolmentStep, index: number): Promise<object> => {
  switch (step.do) {
    case 'enrol':
      Object.assign(run, { enrolled: step.enrolled ?? run.enrolled, extension: [] });
      await putContract(run, 'offered');
      return {};
    case 'pay': {
      const paid = contributionOf(step, run.naming, index);
      const before = run.extension;
      run.extension = [...before, paid, ...(step.enforce ? [enforcedOn(step.date)] : [])];
      try {
        await putContract(run, 'offered');
      } catch (error) {
        run.extension = before;
        throw error;
      }
      return {};
    }
    case 'join': {
      const newcomers = lateMembers(step, run.late.length, run.naming);
      for (const person of newcomers) await run.scheme.put(person);
      const before = run.late;
      run.late = [...before, lateAsset(newcomers, step.date)];
      try {
        await putContract(run, 'offered');
      } catch (error) {
        run.late = before;
        throw error;
      }
      run.people.push(...newcomers.map(({ id }) => id));
      return {};
    }
    case 'execute':
      await putContract(run, 'executed');
      return {};
    case 'clock':
      await run.scheme.turnClock(step.today);
      return {};
    case 'claimOn':
      return claimOn(run.scheme, { member: run.members[0]!, date: step.date, naming: run.naming });
    default:
      throw new Error(`steps[${index}].do: write enrol, pay, join, execute, clock or claimOn`);
  }
};

const dayOfStep = (step: EnrolmentStep, { enrolled }: Run): string => {
  if (step.do === 'clock') return step.today;
  return step.do === 'enrol' || step.do === 'execute' ? enrolled : step.date;
};

/**
 * Tries a product on a family: it is enrolled by a Contract, contributions are added to that, and after each step the server is
 * asked by `$premium` what is due and how the policy stands on the day of the step.
 */
export const runEnrolmentCase = async (
  scheme: Scheme,
  { setup, steps, currency = 'USD', minorUnits = 2 }: EnrolmentCase,
  number: number,
): Promise<{ steps: object[] }> => {
  const naming = namingOf(number, currency);
  const isRenewal = setup.stage === 'R';
  if (isRenewal && setup.previousExpiry === undefined) {
    throw new Error('setup.previousExpiry: a renewal needs the last day of the policy before');
  }
  const product = productResource(setup.product, naming);
  const isClaimed = steps.some(step => step.do === 'claimOn');
  for (const resource of isClaimed ? visitResources(product, naming) : [product]) await scheme.put(resource);
  const family = familyResources(setup.family, setup.enrolled, naming);
  for (const resource of family) await scheme.put(resource);
  const members = family.filter(({ resourceType }) => resourceType === 'Patient').map(({ id }) => id);
  if (isRenewal) {
    const before = { issued: setup.enrolled, members, end: setup.previousExpiry! };
    await scheme.put(contractResource('before', before, naming));
  }
  const run: Run = {
    ...{ scheme, naming, members, isRenewal, enrolled: setup.enrolled },
    ...{ people: [...members], extension: [], late: [] },
  };
  const results: object[] = [];
  for (const [index, step] of steps.entries()) {
    const told = await take(run, step, index).catch((error: unknown) => ({ refused: refusedRules(error) }));
    const id = naming.id('contract', 'policy');
    const answer = await scheme.askOne('Contract', id, 'premium', [['today', dayOfStep(step, run)]]);
    const result = resultOf(answer as unknown as Parameters, minorUnits);
    results.push({ do: step.do, ...told, ...result, ...(await storedOf(scheme, id, run.people)) });
  }
  return { steps: results };
};
