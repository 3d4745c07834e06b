import type * as wire from '../wire.ts';
import { type Call, operatorOf } from './call.ts';
import { isTopup } from './operator-filter.ts';
import { pageOf, readPage } from './page.ts';
import { renderCommission } from './render-commission.ts';

/** `GET /operators/commissions`, by country and then in the catalogue's order. */
export function commissions({ market, caller, query }: Call): wire.Page<wire.Commission> {
  const terms = { market, buyer: caller };
  const { catalogue } = market;
  const listed = catalogue.operators().filter((one) => isTopup(catalogue, one));
  return pageOf(listed, readPage(query), (one) => renderCommission(terms, one));
}

/** `GET /operators/{id}/commissions` */
export function commission({ market, caller, params }: Call): wire.Commission {
  return renderCommission({ market, buyer: caller }, operatorOf(market.catalogue, params['id'] ?? ''));
}
