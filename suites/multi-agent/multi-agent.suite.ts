import { conformanceSuite } from '../../harness/vitest/conformance-suite.ts';
import { multiAgent } from './suite.ts';

conformanceSuite(multiAgent);
