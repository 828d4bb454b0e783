/** Does the work without what it writes to the console: libraries write there what they cannot read, which may be a person's data. */
export const quietly = <T>(work: () => T): T => {
  const { log } = console;
  console.log = () => {};
  try {
    return work();
  } finally {
    console.log = log;
  }
};
