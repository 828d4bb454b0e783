/** The text of an `Allow` header: what goes with GET goes with HEAD, and every path answers OPTIONS. */
export const allow = (methods: readonly string[]): string =>
  [...methods.flatMap(method => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'].join(', ');
