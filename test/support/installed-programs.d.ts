export function pathOfProgram(name: string): string | null;
export const NGINX: string | null;
export const REDIS_SERVER: string | null;
export const CHROMIUM: string | null;
