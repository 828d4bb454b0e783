import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { patient } from './resources.ts';

/** Numbers from 0 to 1, the same ones each time. */
const createChance = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const GIVEN =
  'Asha Neema Fatuma Amina Zuri Halima Rehema Juma Hamisi Rashidi Bakari Salim Mohamed Hassan Hussein Baraka Imani Daudi Musa Yusuf ' +
  'Grace Joyce Peter John Emmanuel Joseph Mariama Awa Ousmane Ibrahima Abdoulaye Sita Gita Ram Hari Krishna Bishnu Laxmi Maya Sunita';
const FAMILY =
  'Mwamba Mwakio Sadiki Njoroge Otieno Kimaro Massawe Lyimo Mushi Swai Komba Ngowi Diallo Traore Ndiaye Sow Ba Keita Camara Toure ' +
  'Thapa Gurung Rai Tamang Shrestha Adhikari Khadka Magar Bhandari Karki Chaudhary Yadav Mollel Laizer Nyerere Kikwete Mkapa Magufuli';
const VILLAGES = 'Mkwajuni Bahari Pwani Kilima Mtoni Ziwani Jangwani Milimani Bondeni Kijijini'.split(' ');
const [GIVEN_NAMES, FAMILY_NAMES] = [GIVEN.split(' '), FAMILY.split(' ')];

const VOWELS = 'aeiou';

/** People of a scheme and ways to write them down again. */
export const createPersons = (seed: number) => {
  const chance = createChance(seed);
  const below = (limit: number): number => Math.floor(chance() * limit);
  const oneOf = <Item>(items: readonly Item[]): Item => items[below(items.length)]!;
  const two = (value: number): string => String(value).padStart(2, '0');
  let number = 0;

  const person = (more: JsonObject = {}): Resource => {
    number += 1;
    const digits = String(10_000_000 + below(89_999_999));
    return patient(String(700_000_000 + number), {
      id: `person-${seed}-${number}`,
      name: [
        { family: oneOf(FAMILY_NAMES), given: [oneOf(GIVEN_NAMES), ...(chance() < 0.3 ? [oneOf(GIVEN_NAMES)] : [])] },
      ],
      gender: oneOf(['female', 'male']),
      birthDate:
        chance() < 0.15
          ? `${1940 + below(80)}-01-01`
          : `${1940 + below(80)}-${two(1 + below(12))}-${two(1 + below(28))}`,
      ...(chance() < 0.5 ? { telecom: [{ system: 'phone', value: `+255 7${digits}` }] } : {}),
      address: [{ city: oneOf(VILLAGES) }],
      ...more,
    });
  };

  const misspelled = (word: string): string => {
    const at = 1 + below(word.length - 1);
    const kind = below(4);
    if (kind === 0 && word.length > 3) return word.slice(0, at) + word.slice(at + 1);
    if (kind === 1) return word.slice(0, at) + word[at]! + word.slice(at);
    if (kind === 2 && at + 1 < word.length) return word.slice(0, at) + word[at + 1]! + word[at]! + word.slice(at + 2);
    return VOWELS.includes(word[at]!)
      ? word.slice(0, at) + oneOf([...VOWELS]) + word.slice(at + 1)
      : `${word}${oneOf([...VOWELS])}`;
  };

  /** Ways in which the same person is written down a second time. */
  const SLIPS: Record<string, (record: JsonObject) => JsonObject> = {
    same: () => ({}),
    'name misspelled': ({ name }) => {
      const [{ family, given }] = name as unknown as [{ family: string; given: string[] }];
      return chance() < 0.5
        ? { name: [{ family: misspelled(family), given }] }
        : { name: [{ family, given: [misspelled(given[0]!), ...given.slice(1)] }] };
    },
    'family and given name swapped': ({ name }) => {
      const [{ family, given }] = name as unknown as [{ family: string; given: string[] }];
      return { name: [{ family: given[0]!, given: [family, ...given.slice(1)] }] };
    },
    'day and month swapped': ({ birthDate }) => {
      const date = birthDate as string;
      return Number(date.slice(8)) > 12
        ? {}
        : { birthDate: `${date.slice(0, 4)}-${date.slice(8)}-${date.slice(5, 7)}` };
    },
    'year only': ({ birthDate }) => ({ birthDate: `${(birthDate as string).slice(0, 4)}-01-01` }),
    'other phone': () => ({ telecom: [{ system: 'phone', value: `+255 7${10_000_000 + below(89_999_999)}` }] }),
    'other village': () => ({ address: [{ city: oneOf(VILLAGES) }] }),
    'name as text': ({ name }) => {
      const [{ family, given }] = name as unknown as [{ family: string; given: string[] }];
      return { name: [{ text: `${family.toUpperCase()}, ${given.join(' ')}` }] };
    },
  };

  const KINDS = Object.keys(SLIPS);

  /** The same person, enrolled again with another number, written down with one or two slips. */
  const again = (record: Resource): Resource => {
    const slips = new Set([oneOf(KINDS), ...(chance() < 0.3 ? [oneOf(KINDS)] : [])]);
    const { id: _id, identifier: _identifier, resourceType: _type, ...rest } = record;
    let more: JsonObject = rest;
    for (const slip of KINDS) if (slips.has(slip)) more = { ...more, ...SLIPS[slip]!(more) };
    return person(more);
  };

  /** Another person of the same birth: a twin, whose given name is another. */
  const twin = (record: Resource): Resource => {
    const { id: _id, identifier: _identifier, resourceType: _type, ...rest } = record;
    const [{ family, given }] = record.name as unknown as [{ family: string; given: string[] }];
    const others = GIVEN_NAMES.filter(name => name !== given[0]);
    return person({ ...rest, name: [{ family, given: [oneOf(others), ...given.slice(1)] }] });
  };

  return { person, again, twin };
};
