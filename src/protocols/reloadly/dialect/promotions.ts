import { Refusal } from '../../../core/errors.ts';
import type * as wire from '../wire.ts';
import { type Call, countryOf, operatorOf } from './call.ts';
import { pageOf, readPage } from './page.ts';
import { wrong } from './query.ts';
import { renderPromotion } from './render-promotion.ts';

/** `GET /promotions`, by id. */
export function promotions({ market, query, language }: Call): wire.Page<wire.Promotion> {
  return pageOf(market.catalogue.promotions(), readPage(query), (one) => renderPromotion(one, language));
}

/** `GET /promotions/{id}` */
export function promotion({ market, params, language }: Call): wire.Promotion {
  const id = params['id'] ?? '';
  if (!/^\d+$/.test(id)) throw wrong('promotionId', 'must be a whole number');
  const found = market.catalogue.promotion(Number(id));
  if (!found) throw new Refusal('not_found', { message: 'Promotion not found for given id' });
  return renderPromotion(found, language);
}

/** `GET /promotions/operators/{id}` */
export function promotionsOfOperator({ market, params, language }: Call): wire.Promotion[] {
  const { id } = operatorOf(market.catalogue, params['id'] ?? '');
  return market.catalogue.promotionsOf(id).map((one) => renderPromotion(one, language));
}

/** `GET /promotions/country-codes/{iso}`, and `/promotions/countries/{iso}` as the SDKs call it. */
export function promotionsOfCountry({ market, params, language }: Call): wire.Promotion[] {
  const { iso2 } = countryOf(market.catalogue, params['iso'] ?? '');
  return market.catalogue.promotionsIn(iso2).map((one) => renderPromotion(one, language));
}
