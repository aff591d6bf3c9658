import { z } from 'zod';
import { isStorable } from '../store/ids.ts';

const MAX_NAME = 255;

/** Text that comes back as it was sent: no NUL, no half of a surrogate pair. */
export const storedText = z.string().refine(isStorable);

/** The name of something. */
export const nameText = z.string().min(1).max(MAX_NAME).regex(/\S/).refine(isStorable);
