import type { WrongField } from '../api/api-error.js';
import { fieldRulesBn } from '../i18n/field-rules.bn.js';
import { formatNumber } from '../i18n/format.js';
import { language } from '../i18n/language.js';

/** What is wrong with a field: in the language of the page where the service names the rule, else as it says it. */
export function FieldProblem({ of: { field, problem, rule, limit } }: { readonly of: WrongField }) {
  const words = language.value === 'bn' && rule !== undefined ? inBangla(rule, limit) : null;
  return (
    <>
      <code>{field}</code>: {words ?? <span lang="en">{withoutField(problem, field)}</span>}
    </>
  );
}

/** Some sentences begin with the field. */
function withoutField(problem: string, field: string): string {
  return problem.startsWith(`${field} `) ? problem.slice(field.length + 1) : problem;
}

function inBangla(rule: string, limit: number | undefined): string | null {
  const words = fieldRulesBn[rule] ?? null;
  if (words === null || !words.includes('#')) return words;
  return limit === undefined ? null : words.replace('#', formatNumber(limit));
}
