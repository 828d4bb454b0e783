import qrcode from 'qrcode-generator';
import { grayPng } from './gray-png.ts';

/** A card as a picture that a telephone reads. */
export interface QrCode {
  /** What the picture holds: `shc:/` and digits. */
  text: string;
  svg: string;
  png: Buffer;
}

/** Modules of white around a code, without which readers do not find it. */
const BORDER = 4;
const PIXELS_PER_MODULE = 4;

/** Each character as two digits, which a code holds in a third of the room. https://spec.smarthealth.cards/#encoding-chunks-as-qr-codes */
const digitsOf = (jws: string): string =>
  [...jws].map(character => String(character.charCodeAt(0) - 45).padStart(2, '0')).join('');

/** The code of a signed card. */
export const qrCode = (jws: string): QrCode => {
  const digits = digitsOf(jws);
  const code = qrcode(0, 'L');
  code.addData('shc:/', 'Byte');
  code.addData(digits, 'Numeric');
  code.make();
  const modules = code.getModuleCount();
  const side = modules + 2 * BORDER;
  const isDark = (row: number, column: number): boolean =>
    row >= 0 && column >= 0 && row < modules && column < modules && code.isDark(row, column);
  const paths: string[] = [];
  for (let row = 0; row < modules; row++) {
    for (let column = 0; column < modules; column++) {
      if (isDark(row, column)) paths.push(`M${column + BORDER} ${row + BORDER}h1v1h-1z`);
    }
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${paths.join('')}"/></svg>`;
  const png = grayPng(side * PIXELS_PER_MODULE, (x, y) =>
    isDark(Math.floor(y / PIXELS_PER_MODULE) - BORDER, Math.floor(x / PIXELS_PER_MODULE) - BORDER) ? 0 : 255,
  );
  return { text: `shc:/${digits}`, svg, png };
};
