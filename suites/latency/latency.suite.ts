import { conformanceSuite } from '../../harness/vitest/conformance-suite.ts';
import { latency } from './suite.ts';

conformanceSuite(latency);
