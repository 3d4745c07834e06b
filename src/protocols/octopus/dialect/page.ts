/** Pages: a bare array, and headers that say which part of the whole it is. */
import type { Answer } from './call.ts';
import { type Query, readPositive } from './query.ts';

export interface PageRequest {
  /** From 1. */
  readonly number: number;
  readonly perPage: number;
}

const PER_PAGE = 50;
/** More is cut to it. */
const PER_PAGE_MAX = 500;

export function readPage(query: Query): PageRequest {
  const perPage = readPositive(query, 'per_page') ?? PER_PAGE;
  return { number: readPositive(query, 'page') ?? 1, perPage: Math.min(perPage, PER_PAGE_MAX) };
}

export function offsetOf({ number, perPage }: PageRequest): number {
  return (number - 1) * perPage;
}

export function renderPage(items: readonly unknown[], page: PageRequest, total: number): Answer {
  const pages = Math.ceil(total / page.perPage);
  return {
    body: items,
    headers: {
      'x-page': `${page.number}`,
      'x-per-page': `${page.perPage}`,
      'x-total-count': `${total}`,
      'x-total-pages': `${pages}`,
      'x-page-size': `${items.length}`,
      'x-has-more': `${page.number < pages}`,
    },
  };
}
