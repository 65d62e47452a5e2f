/** The tables of the cost page as a reader sees them: what stands in each cell, and every digit of its figures. */

import type { Locator, Page } from 'playwright-core';

export interface SeenCell {
  /** What is read. */
  readonly text: string;
  /** The figure as it is copied; null: it has none. */
  readonly value: string | null;
  /** What a pointer is told. */
  readonly title: string | null;
}

/** A row, by the headings of its columns; `kind` is that of the row: "group", "part", "total". */
export type SeenRow = Readonly<Record<string, SeenCell>> & { readonly kind: SeenCell };

/** The table in the region with this name. */
export function regionOf(page: Page, name: string | RegExp): Locator {
  return page.getByRole('region', { name });
}

/** All rows of a table, its foot included. */
export async function rowsOf(region: Locator): Promise<readonly SeenRow[]> {
  return region.locator('table').evaluate((table) => {
    const headings = [...table.querySelectorAll('thead th')].map((heading) => {
      const copy = heading.cloneNode(true) as Element;
      for (const part of copy.querySelectorAll('.currency, .arrow')) part.remove();
      return copy.textContent.trim();
    });
    return [...table.querySelectorAll('tbody tr:not(.is-detail), tfoot tr')].map((row) => {
      const cells = [...row.children].map((cell, index) => {
        const figure = cell.querySelector('data[value]');
        const seen = {
          text: cell.textContent.trim(),
          value: figure?.getAttribute('value') ?? null,
          title: figure?.getAttribute('title') ?? null,
        };
        return [headings[index] ?? '', seen] as const;
      });
      const kind = { text: row.className.replace('is-', ''), value: null, title: null };
      return { ...Object.fromEntries(cells), kind };
    });
  });
}
