/**
 * What the page does beyond being read: narrows lists, opens what an address names, copies commands, switches light
 * and dark, opens everything for printing. Without it the page is complete, only longer.
 */
const root = document.documentElement;
const all = (selector: string): readonly HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>(selector),
];

const forms = (): readonly HTMLFormElement[] => all('form.tools') as readonly HTMLFormElement[];

/** Some browsers keep nothing for pages from a disk. */
const kept = {
  read(): string | null {
    try {
      return localStorage.getItem('theme');
    } catch {
      return null;
    }
  },
  write(theme: string): void {
    try {
      localStorage.setItem('theme', theme);
    } catch {
      // The choice lasts as long as the page.
    }
  },
};

function switchTheme(): void {
  const now =
    root.dataset['theme'] ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  const theme = now === 'dark' ? 'light' : 'dark';
  root.dataset['theme'] = theme;
  kept.write(theme);
}

/** Whether an item is among what the form asks for; `undefined` when it asks for nothing. */
function wishOf(form: HTMLFormElement): ((item: HTMLElement) => boolean) | undefined {
  const asked = new FormData(form);
  const words = String(asked.get('text')).toLowerCase().split(/\s+/).filter(Boolean);
  const suite = String(asked.get('suite'));
  const verdicts = asked.getAll('verdict');
  if (words.length + suite.length + verdicts.length === 0) return undefined;
  return ({ dataset }) =>
    words.every((word) => dataset['text']?.includes(word)) &&
    (suite === '' || suite === dataset['suite']) &&
    (verdicts.length === 0 || verdicts.includes(dataset['verdict'] ?? ''));
}

function narrow(form: HTMLFormElement): void {
  const isWanted = wishOf(form);
  const items = all('[data-verdict]');
  for (const item of items) item.hidden = isWanted?.(item) === false;
  const left = items.filter(({ hidden }) => !hidden).length;
  const output = form.querySelector('output');
  if (output !== null) output.textContent = isWanted === undefined ? '' : `${left} of ${items.length} shown`;
}

function clear(form: HTMLFormElement): void {
  form.reset();
  narrow(form);
}

/** Shows what the address names, whatever it was folded into or narrowed away by. */
function goTo(fragment: string): void {
  const place = document.getElementById(decode(fragment.slice(1)));
  if (place === null) return;
  if (place.closest('[hidden]') !== null) for (const form of forms()) clear(form);
  for (let box = place.closest('details'); box !== null; box = box.parentElement?.closest('details') ?? null)
    box.open = true;
  place.scrollIntoView();
  const focus = place.matches('details') ? place.querySelector('summary') : place;
  focus?.focus({ preventScroll: true });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function copy(button: HTMLElement): Promise<void> {
  const code = button.parentElement?.querySelector('code');
  if (code == null) return;
  getSelection()?.selectAllChildren(code);
  try {
    await navigator.clipboard.writeText(code.textContent ?? '');
    button.textContent = 'copied';
  } catch {
    button.textContent = 'selected';
  }
}

const theme = kept.read();
if (theme === 'light' || theme === 'dark') root.dataset['theme'] = theme;
document.addEventListener('click', ({ target }) => {
  if (!(target instanceof HTMLElement)) return;
  if (target.closest('[data-theme-switch]') !== null) switchTheme();
  const button = target.closest<HTMLElement>('[data-copy]');
  if (button !== null) void copy(button);
  if (target.closest('[data-clear]') !== null) for (const form of forms()) clear(form);
  const link = target.closest('a');
  const fragment = link?.getAttribute('href') ?? '';
  if (fragment.startsWith('#') && fragment === location.hash) goTo(fragment);
});
for (const form of forms()) {
  form.addEventListener('input', () => narrow(form));
  form.addEventListener('submit', (event) => event.preventDefault());
}
document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLElement && event.target.matches('input, select, textarea');
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  document.querySelector<HTMLInputElement>('input[name=text]')?.focus();
});

let folded: HTMLDetailsElement[] = [];
addEventListener('beforeprint', () => {
  folded = (all('details:not([open])') as HTMLDetailsElement[]).filter((box) =>
    box.matches('.card, .summary .more'),
  );
  for (const box of folded) box.open = true;
});
addEventListener('afterprint', () => {
  for (const box of folded) box.open = false;
});
addEventListener('hashchange', () => goTo(location.hash));
root.classList.add('scripted');
if (location.hash !== '') goTo(location.hash);
root.dataset['ready'] = '';
