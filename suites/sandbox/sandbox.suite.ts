import { conformanceSuite } from '../../harness/vitest/conformance-suite.ts';
import { sandbox } from './suite.ts';

conformanceSuite(sandbox);
