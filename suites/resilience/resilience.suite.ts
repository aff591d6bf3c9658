import { conformanceSuite } from '../../harness/vitest/conformance-suite.ts';
import { resilience } from './suite.ts';

conformanceSuite(resilience);
