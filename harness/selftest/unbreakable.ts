/** Checks that no defect of a campaign by itself can break, with the reason. */
export const UNBREAKABLE: Readonly<Record<string, string>> = {
  'connectivity/states-connectivity':
    'a statement about our own report: its parts are empty only where another requirement is broken',
  'value/rubric-cannot-be-stuffed': 'about our own rubric: no target can break it',
  'latency/no-slower-than-before':
    'compares with an earlier campaign: harness/selftest/comparison.test.ts drives two, the second of them slower',
};
