import type { Random } from './random.ts';

const FEMALE =
  'Neema Amina Rehema Zuri Halima Grace Asha Mariamu Esther Salima Fatuma Joyce Upendo Zawadi Mwanaisha Agnes Rukia Tatu Pendo Saida Lucy Naomi Hadija Elizabeth Subira Anna Winfrida Nuru Veronica Sauda Beatrice Furaha Christina Mwajuma Dorcas Imani Leah Zainabu Tumaini Rose'.split(
    ' ',
  );
const MALE =
  'Juma Baraka Hamisi Peter Daniel Rashidi Joseph Musa Emmanuel Bakari Hassani Elias Abdallah Samwel Salum Frank Issa Godfrey Omari Petro Amani Simba Ramadhani Jackson Athumani Deo Shabani Isaya Kassim Benjamin Yusufu Stephano Faraja Selemani Moses Mohamedi Gerald Jafari Tobias Said'.split(
    ' ',
  );
const FAMILY =
  'Sadiki Lungu Okoye Otieno Mbeki Adeyemi Kamau Mwangi Juma Massawe Mushi Lyimo Komba Nyerere Mrema Temba Kessy Moshi Swai Urio Mollel Laizer Kileo Shayo Macha Mhina Kihiyo Chande Mkapa Mlay Bwana Ngowi Kimaro Mtui Lema Tarimo Mwita Chacha Marwa Wambura Nyamhanga Mahenge Kiula Msuya Mbwambo Senkoro Mngulu Haule Ngonyani Mapunda Ndunguru Nchimbi Mbele Luoga Kayombo Mhagama Lupala Mwakyusa Mwaipopo Mwambene Sanga Mahenga Kilasi Mgaya Mdemu Chaula Kyando Ilomo Mwasanga Nkya'.split(
    ' ',
  );

const FIRST = ['Ki', 'Ma', 'Mwa', 'Nya', 'Lu', 'U', 'Ka', 'Ru', 'Tu', 'Bu', 'Mi', 'Ndo', 'Sa', 'I'];
const MIDDLE = ['ra', 'lu', 'ga', 'mbe', 'ngo', 'to', 'si', 'ndi', 'wa', 'ma', 'ko'];
const LAST = ['ni', 'la', 'sa', 'ma', 'ro', 'zi', 'ba', 'ti', 'ko', 'nga', 'mba', 'le'];

/** Common names are common: the first of a list comes up more often than the last. */
const pickCommon = (random: Random, list: readonly string[]): string =>
  list[Math.floor(random.next() * random.next() * list.length)]!;

export const givenName = (random: Random, gender: 'female' | 'male'): string =>
  pickCommon(random, gender === 'female' ? FEMALE : MALE);

export const familyName = (random: Random): string => pickCommon(random, FAMILY);

/** The name of a place. In a large country some places share one, as they do. */
export const placeName = (random: Random): string => random.pick(FIRST) + random.pick(MIDDLE) + random.pick(LAST);
