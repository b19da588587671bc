/**
 * Node 20 has no `navigator`. Without it pg makes a `Response` to see whether it runs on Cloudflare, and for that Node loads
 * its HTTP client `undici`: 10 MiB that nothing else of the service needs. Imported before whatever imports pg.
 */
if (!('navigator' in globalThis)) {
  const [major] = process.versions.node.split('.');
  // As Node 21 and later have it.
  Object.defineProperty(globalThis, 'navigator', {
    value: { userAgent: `Node.js/${major}` },
    configurable: true,
  });
}
