import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';

/** Text as it is kept: whole, or its beginning with the digest of the whole. */
export interface Kept {
  readonly text: string;
  readonly encoding: 'utf8' | 'base64';
  readonly bytes: number;
  readonly cut?: string;
}

/** Keeps text; what is above the limit is cut. */
export function keepText(text: string, bytes: number, limit: number): Kept {
  if (bytes <= limit) return { text, encoding: 'utf8', bytes };
  const cut = createHash('sha256').update(text).digest('hex');
  return { text: text.slice(0, limit), encoding: 'utf8', bytes, cut };
}

/** Keeps bytes in base64. */
export function keepBinary(data: Buffer, limit: number): Kept {
  const whole = {
    text: data.subarray(0, limit).toString('base64'),
    encoding: 'base64',
    bytes: data.length,
  } as const;
  return data.length <= limit ? whole : { ...whole, cut: createHash('sha256').update(data).digest('hex') };
}

/** Keeps bytes as text when they are UTF-8, else in base64. */
export function keepBytes(data: Buffer, limit: number): Kept {
  return isUtf8(data) ? keepText(data.toString('utf8'), data.length, limit) : keepBinary(data, limit);
}
