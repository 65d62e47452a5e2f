/**
 * What is copied has every digit: where a figure stands shortened or grouped, its own text goes to the clipboard, so
 * that what is pasted adds up. Cells are parted by tabs, as spreadsheets take them.
 */

/** Listens to a document; the function that it returns ends that. */
export function installExactCopy(page: Document): () => void {
  const listener = (event: ClipboardEvent): void => {
    const selection = page.getSelection();
    if (selection === null || selection.isCollapsed || event.clipboardData === null) return;
    const range = selection.getRangeAt(0);
    const figure = elementOf(range.commonAncestorContainer)?.closest('data[value]');
    // A part of one figure is copied as it is seen: a reader who marks three digits wants these three.
    if (figure != null && selection.toString().trim() !== figure.textContent.trim()) return;
    const text = figure?.getAttribute('value') ?? exactText(range.cloneContents());
    if (text === null) return;
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
  };
  page.addEventListener('copy', listener);
  return () => page.removeEventListener('copy', listener);
}

function elementOf(node: Node): Element | null {
  return node instanceof Element ? node : node.parentElement;
}

/** The text of what was selected, with each figure in full; null where it has no figure. */
function exactText(selected: DocumentFragment): string | null {
  const figures = selected.querySelectorAll('data[value]');
  if (figures.length === 0) return null;
  for (const figure of figures) figure.textContent = figure.getAttribute('value');
  for (const hidden of selected.querySelectorAll('.visually-hidden')) hidden.remove();
  const rows = [...selected.querySelectorAll('tr')];
  if (rows.length === 0) return plainText(selected);
  return rows
    .map((row) => [...row.children].map((cell) => cell.textContent.replaceAll(/\s+/g, ' ').trim()).join('\t'))
    .join('\n');
}

/** Blocks on lines of their own. */
function plainText(selected: DocumentFragment): string {
  for (const block of selected.querySelectorAll('p, div, li, dt, dd, h1, h2, h3')) block.append('\n');
  return selected.textContent
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n[ \n]*/g, '\n')
    .trim();
}
