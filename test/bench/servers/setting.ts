/** An environment variable set by the bench. */
export function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this server is started by the bench`);
  return value;
}
