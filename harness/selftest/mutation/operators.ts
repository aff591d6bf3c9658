import { CONTENT_OPERATORS } from './content.ts';
import { FRAME_OPERATORS } from './frames.ts';
import { HARMLESS_OPERATORS } from './harmless.ts';
import { HTTP_OPERATORS } from './http.ts';
import type { Operator } from './operator.ts';
import { ORDER_OPERATORS } from './order.ts';
import { TIME_OPERATORS } from './time.ts';

/** Every way in which a recording is changed. */
export const OPERATORS: readonly Operator[] = [
  ...ORDER_OPERATORS,
  ...CONTENT_OPERATORS,
  ...FRAME_OPERATORS,
  ...TIME_OPERATORS,
  ...HTTP_OPERATORS,
  ...HARMLESS_OPERATORS,
];
