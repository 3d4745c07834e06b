import type { Promotion } from '../../../catalogue/catalogue.ts';
import type { Language } from '../../../catalogue/plan-text.ts';
import { promotionIn } from '../../../catalogue/texts.ts';
import type * as wire from '../wire.ts';
import { formatInstant } from './instants.ts';

export function renderPromotion(promotion: Promotion, language: Language): wire.Promotion {
  const text = promotionIn(language, promotion);
  return {
    id: promotion.id,
    promotionId: promotion.id,
    operatorId: promotion.operatorId,
    title: text.title,
    title2: text.title2,
    description: text.description,
    startDate: formatInstant(Date.parse(promotion.startsAt)),
    endDate: formatInstant(Date.parse(promotion.endsAt)),
    denominations: text.denominations,
    localDenominations: text.localDenominations,
  };
}
