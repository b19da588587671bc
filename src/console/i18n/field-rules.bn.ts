/**
 * What a field violates, by the rule that the service names; # stands for its limit. In English the service itself says it,
 * and more exactly.
 */
export const fieldRulesBn: Readonly<Partial<Record<string, string>>> = {
  required: 'দিতে হবে',
  unknown_field: 'এমন ঘর নেই',
  wrong_type: 'এই ধরনের মান চলে না',
  empty: 'খালি রাখা যায় না',
  too_long: 'সর্বোচ্চ # অক্ষর',
  too_many: 'সর্বোচ্চ #টি',
  too_small: 'কমপক্ষে #',
  too_large: 'সর্বোচ্চ #',
  not_a_choice: 'তালিকার কোনো মান নয়',
  duplicate: 'একই মান আগে আছে',
  characters: 'এমন চিহ্ন আছে যা চলে না',
  time: 'তারিখ বা সময় নয়, যেমন 2026-01-03',
  extension: 'এক্সটেনশন নয়',
  form: 'ঠিকভাবে লেখা হয়নি',
  unsuitable: 'অন্য তথ্যের সঙ্গে মেলে না',
};
