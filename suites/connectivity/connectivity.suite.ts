import { conformanceSuite } from '../../harness/vitest/conformance-suite.ts';
import { connectivity } from './suite.ts';

conformanceSuite(connectivity);
