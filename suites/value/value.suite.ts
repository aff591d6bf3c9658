import { conformanceSuite } from '../../harness/vitest/conformance-suite.ts';
import { value } from './suite.ts';

conformanceSuite(value);
