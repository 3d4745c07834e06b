import type { Promotion } from '../../../catalogue/catalogue.ts';
import type * as wire from '../wire.ts';
import { formatInstant } from './instants.ts';

export function renderPromotion(promotion: Promotion): wire.Promotion {
  return {
    id: promotion.id,
    promotionId: promotion.id,
    operatorId: promotion.operatorId,
    title: promotion.title,
    title2: promotion.title2,
    description: promotion.description,
    startDate: formatInstant(Date.parse(promotion.startsAt)),
    endDate: formatInstant(Date.parse(promotion.endsAt)),
    denominations: promotion.denominations,
    localDenominations: promotion.localDenominations,
  };
}
