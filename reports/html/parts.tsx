/** What every section of the page is made of. Nothing from the report reaches the page but through these. */
import type { ComponentChildren, JSX } from 'preact';
import type { Verdict } from '../../harness/core/verdict.ts';
import { plainText } from '../../harness/report/plain-text.ts';

/** Characters looked at for each one shown: invisible ones fall out, and megabytes are not read to the end. */
const LOOKED_AT = 4;

/** Text of whatever origin, visible and bounded. */
export const shown = (text: string, most = 300): string => plainText(text.slice(0, most * LOOKED_AT), most);

/** A place in a drawing; more digits than that nobody sees. */
export const px = (place: number): number => Math.round(place * 10) / 10;

/** The same as an element, whose direction of writing ends where it ends. */
export const Foreign = ({ text, most }: { readonly text: string; readonly most?: number }): JSX.Element => (
  <bdi>{shown(text, most)}</bdi>
);

/** A fragment that an address can name: `check=lifecycle/late-events`. */
export const anchor = (kind: 'check' | 'requirement', id: string): string =>
  `${kind}=${id.slice(0, 160).replace(/[^\w./-]/g, '_')}`;

const WORDS = { pass: 'pass', fail: 'fail', inconclusive: 'undecided', error: 'error' } as const;
const SYMBOLS = { pass: '✓', fail: '✗', inconclusive: '?', error: '!' } as const;

/** A verdict in a word, with a sign and a colour that say the same. */
export const Mark = ({ verdict }: { readonly verdict: Verdict | undefined }): JSX.Element =>
  verdict === undefined ? (
    <span class="verdict none">not judged</span>
  ) : (
    <span class={`verdict ${verdict}`}>
      <span aria-hidden="true">{SYMBOLS[verdict]} </span>
      {WORDS[verdict]}
    </span>
  );

interface SectionProps {
  readonly id: string;
  readonly title: string;
  /** One sentence on what is to be seen. */
  readonly lead?: string | undefined;
  readonly children: ComponentChildren;
}

/** A part of the page that the navigation leads to. */
export const Section = ({ id, title, lead, children }: SectionProps): JSX.Element => (
  <section id={id} aria-labelledby={`${id}-title`}>
    <h2 id={`${id}-title`}>{title}</h2>
    {lead === undefined ? null : <p class="lead">{lead}</p>}
    {children}
  </section>
);

/** What may be wider than the window scrolls by itself, with the keyboard too. */
export const Scroll = ({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached without a mouse
  <section class="scroll" aria-label={label} tabIndex={0}>
    {children}
  </section>
);

/** The rest of a long list, folded away. */
export const More = ({
  summary,
  children,
}: {
  readonly summary: string;
  readonly children: ComponentChildren;
}): JSX.Element => (
  <details class="more">
    <summary>{summary}</summary>
    {children}
  </details>
);

/** The first of a list as they are, the others folded away. */
export function Folded({
  items,
  most,
  what,
}: {
  readonly items: readonly JSX.Element[];
  readonly most: number;
  readonly what: string;
}): JSX.Element {
  const rest = items.slice(most);
  return (
    <>
      <ul>{items.slice(0, most)}</ul>
      {rest.length === 0 ? null : (
        <More summary={`${rest.length} more ${what}`}>
          <ul>{rest}</ul>
        </More>
      )}
    </>
  );
}
