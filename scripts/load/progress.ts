/** What was done so far; `share` of all is from 0 to 1, undefined where nobody knows how much there is. */
export interface Done {
  stored: number;
  refused: number;
  share: number | undefined;
}

/** Where progress is shown: standard error, as a rule. */
export interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

const WIDTH = 30;
const TERMINAL_EVERY_MS = 200;
const LINES_EVERY_MS = 5000;

const duration = (seconds: number): string => {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

const number = (value: number): string => value.toLocaleString('en');

/** One line of progress after some seconds: how much is done, how fast it goes, and what time is left. */
export const progressLine = ({ stored, refused, share }: Done, seconds: number): string => {
  const rate = seconds === 0 ? 0 : Math.round((stored + refused) / seconds);
  const parts = [`${number(stored)} stored`, `${number(refused)} refused`, `${number(rate)}/s`];
  if (share !== undefined) {
    parts.unshift(`${Math.floor(share * 100)} %`);
    if (share > 0) parts.push(share < 1 ? `${duration((seconds * (1 - share)) / share)} left` : duration(seconds));
  }
  return parts.join(', ');
};

const bar = (share: number): string => {
  const full = Math.round(share * WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] `;
};

/** Shows progress: a bar that moves on a terminal, a plain line every few seconds elsewhere. */
export const createProgress = (screen: Screen, clock: () => number = () => performance.now()) => {
  const started = clock();
  let shown = started;
  const show = (done: Done, end: string): void => {
    const line = progressLine(done, (clock() - started) / 1000);
    screen.write(
      screen.isTTY ? `\r${done.share === undefined ? '' : bar(done.share)}${line}\x1b[K${end}` : `${line}\n`,
    );
  };
  return {
    /** Call it as often as you like. */
    tell: (done: Done): void => {
      if (clock() - shown < (screen.isTTY ? TERMINAL_EVERY_MS : LINES_EVERY_MS)) return;
      shown = clock();
      show(done, '');
    },
    /** The last line. */
    finish: (done: Done): void => show(done, '\n'),
  };
};
