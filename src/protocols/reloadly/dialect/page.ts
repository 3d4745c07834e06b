/** Pages as Spring Data writes them. */
import type { Page, Sort } from '../wire.ts';
import { type Query, readWhole, wrong } from './query.ts';

export interface PageRequest {
  /** From 0. */
  readonly number: number;
  readonly size: number;
}

export const PAGE_SIZE = 200;
/** A larger one is cut to it, as Spring does. */
export const PAGE_SIZE_MAX = 1_000;

const SORTED: Sort = { sorted: true, unsorted: false, empty: false };
const UNSORTED: Sort = { sorted: false, unsorted: true, empty: true };

/** Queries count from 1, and 0 is the same first page. `sizeName`: what the size is called there. */
export function readPage(query: Query, sizeName = 'size'): PageRequest {
  const size = readWhole(query, sizeName) ?? PAGE_SIZE;
  if (size === 0) throw wrong(sizeName, 'must be at least 1');
  return { number: Math.max(0, (readWhole(query, 'page') ?? 1) - 1), size: Math.min(size, PAGE_SIZE_MAX) };
}

export function offsetOf({ number, size }: PageRequest): number {
  return number * size;
}

/** One page out of a list in memory. */
export function pageOf<Item, Shown>(
  items: readonly Item[],
  page: PageRequest,
  render: (item: Item) => Shown,
): Page<Shown> {
  const offset = offsetOf(page);
  const content = items.slice(offset, offset + page.size).map(render);
  return renderPage(content, { ...page, total: items.length, sorted: false });
}

export function renderPage<Item>(
  content: readonly Item[],
  { number, size, total, sorted }: PageRequest & { readonly total: number; readonly sorted: boolean },
): Page<Item> {
  const totalPages = Math.ceil(total / size);
  const sort = sorted ? SORTED : UNSORTED;
  return {
    content,
    pageable: {
      sort,
      offset: offsetOf({ number, size }),
      pageNumber: number,
      pageSize: size,
      paged: true,
      unpaged: false,
    },
    totalElements: total,
    totalPages,
    last: number + 1 >= totalPages,
    first: number === 0,
    size,
    number,
    numberOfElements: content.length,
    sort,
    empty: content.length === 0,
  };
}
