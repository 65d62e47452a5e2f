/** Loads what speaks HTTP when something is first asked: undici is a fifteenth of all modules, and no start needs it. */
export async function loadHttp() {
  const [{ createConnections }, { exchange }] = await Promise.all([
    import('./dispatcher.ts'),
    import('./http-exchange.ts'),
  ]);
  return { createConnections, exchange };
}
