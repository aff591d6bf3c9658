import { expect, it } from 'vitest';
import { catalogue } from '../../suites/catalogue.ts';
import { traceability, unproven } from './traceability.ts';

it('is what docs/traceability.md says', async () => {
  await expect(traceability()).toMatchFileSnapshot('../../docs/traceability.md');
});

it('leaves no requirement without a check or a reason', () => {
  const uncovered = catalogue.flatMap(({ requirements, checks }) =>
    requirements.filter(
      ({ id, excluded }) => excluded === undefined && !checks.some((check) => check.requirement === id),
    ),
  );
  expect(uncovered.map(({ id }) => id)).toEqual([]);
});

it('leaves none with a check that no defect must break', () => {
  expect(unproven()).toEqual([]);
});
