import type { WrongField } from './types.js';

/** What is wrong with which field, as the service says it: for who talks to the maker of the PBX. */
export function Problems({ of: details }: { readonly of: readonly WrongField[] | null }) {
  if (details === null || details.length === 0) return null;
  return (
    <ul class="inbox-problems small" lang="en">
      {details.map(({ field, problem }) => (
        <li key={`${field} ${problem}`}>
          <code>{field}</code> {problem}
        </li>
      ))}
    </ul>
  );
}
