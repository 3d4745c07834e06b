/** GET /v1/promotions. */
import { Type } from 'typebox';
import { chooseLanguage } from '../../../catalogue/accept-language.ts';
import type { Catalogue, Promotion } from '../../../catalogue/catalogue.ts';
import type { Language } from '../../../catalogue/plan-text.ts';
import { promotionIn } from '../../../catalogue/texts.ts';
import { Refusal } from '../../../core/errors.ts';
import type { DialectServices } from '../../dialect.ts';
import { after, answer, CatalogueId, CountryCode, exact, limit, problems } from '../wire.ts';
import { PromotionList, type PromotionView } from '../wire-catalogue.ts';
import { admit, needs } from './caller.ts';
import { languageAsked } from './language.ts';
import type { NativeApp } from './native-app.ts';
import { pageOf } from './paging.ts';
import { instant } from './render.ts';

const EXAMPLE = {
  data: [
    {
      id: 9001,
      operator: 173,
      title: 'Digicel Haiti from 2026-11-01 00:00 to 2027-12-31 23:59 (GMT)',
      subtitle: 'Bonus 2x',
      description: 'Twice the credit on every top-up from 10 dollars. The bonus lasts seven days.',
      starts_at: '2026-11-01T00:00:00.000Z',
      ends_at: '2027-12-31T23:59:00.000Z',
      denominations: 'USD 10 and above',
      local_denominations: null,
    },
  ],
  next: null,
};

export function addPromotions(app: NativeApp, services: DialectServices): void {
  app.get(
    '/v1/promotions',
    {
      onRequest: admit(services, 'any'),
      schema: {
        operationId: 'listPromotions',
        security: needs('any'),
        tags: ['Catalogue'],
        summary: 'List promotions',
        description: 'What operators give on top, by id: past, present and to come.',
        querystring: exact({
          country: Type.Optional(CountryCode),
          operator: Type.Optional(CatalogueId),
          lang: Type.Optional(languageAsked),
          limit,
          after: Type.Optional(after('The id of the last promotion of the page before.')),
        }),
        response: {
          200: answer(PromotionList, { description: 'A page of promotions.', example: EXAMPLE }),
          ...problems('invalid_request', 'country_not_supported', 'operator_not_found'),
        },
      },
    },
    async (request, reply) => {
      const { country, operator, lang, ...page } = request.query;
      const language = chooseLanguage(lang, request.headers['accept-language']);
      reply.header('content-language', language).header('vary', 'Accept-Language');
      const found = promotionsOf(services.engine.market().catalogue, country, operator);
      const { rows, next } = pageOf(found, ({ id }) => `${id}`, page);
      return { data: rows.map((promotion) => promotionView(promotion, language)), next };
    },
  );
}

function promotionsOf(
  catalogue: Catalogue,
  country: string | undefined,
  operator: number | undefined,
): readonly Promotion[] {
  if (country !== undefined && !catalogue.country(country)) throw new Refusal('country_not_supported');
  if (operator !== undefined && !catalogue.operator(operator)) throw new Refusal('operator_not_found');
  const found = country === undefined ? catalogue.promotions() : catalogue.promotionsIn(country);
  return operator === undefined ? found : found.filter(({ operatorId }) => operatorId === operator);
}

function promotionView(promotion: Promotion, language: Language): PromotionView {
  const text = promotionIn(language, promotion);
  return {
    id: promotion.id,
    operator: promotion.operatorId,
    title: text.title,
    subtitle: text.title2,
    description: text.description,
    starts_at: instant(Date.parse(promotion.startsAt)),
    ends_at: instant(Date.parse(promotion.endsAt)),
    denominations: text.denominations,
    local_denominations: text.localDenominations,
  };
}
