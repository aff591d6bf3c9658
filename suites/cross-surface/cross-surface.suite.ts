import { conformanceSuite } from '../../harness/vitest/conformance-suite.ts';
import { crossSurface } from './suite.ts';

conformanceSuite(crossSurface);
