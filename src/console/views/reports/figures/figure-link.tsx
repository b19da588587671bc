import { reportWords } from '../words.js';

interface FigureLinkProps {
  /** What is counted, and of what. */
  readonly figure: string;
  readonly of: string;
  /** As it is shown. */
  readonly value: string;
  /** Query of the call log; not given: it is not a number of calls. */
  readonly calls: string | undefined;
}

/** A figure, which opens the calls behind it. */
export function FigureLink({ figure, of, value, calls }: FigureLinkProps) {
  if (calls === undefined) return <>{value}</>;
  return (
    <a href={`#/calls?${calls}`} aria-label={reportWords().opens(figure, of, value)}>
      {value}
    </a>
  );
}
