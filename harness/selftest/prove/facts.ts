import { DEFECT_CATALOGUE } from '../../../reference/defects/catalogue.ts';
import type { DefectFacts } from '../../../reference/defects/defect.ts';
import { NO_DEFECT } from './look.ts';

/** What the defect of this job states about itself; of a clean campaign, that nothing is wrong. */
export const factsOf = ({ defect }: { readonly defect?: string | undefined }): DefectFacts =>
  DEFECT_CATALOGUE.find(({ id }) => id === defect) ?? NO_DEFECT;
