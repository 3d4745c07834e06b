/** GET /v1/operators. */
import { Type } from 'typebox';
import type { Catalogue, Operator } from '../../../catalogue/catalogue.ts';
import { inputsOf } from '../../../catalogue/inputs.ts';
import { logoPath } from '../../../catalogue/logo.ts';
import { Refusal } from '../../../core/errors.ts';
import { baseUrlOf } from '../../../platform/base-url.ts';
import type { DialectServices } from '../../dialect.ts';
import { after, answer, CountryCode, exact, limit, oneOf, problems } from '../wire.ts';
import { OperatorList, type OperatorView, PRODUCT_TYPES } from '../wire-catalogue.ts';
import { admit, needs } from './caller.ts';
import type { NativeApp } from './native-app.ts';
import { pageOf } from './paging.ts';

const EXAMPLE = {
  data: [
    {
      id: 173,
      name: 'Digicel Haiti',
      country: 'HT',
      currency: 'HTG',
      types: ['airtime'],
      recipient: { kind: 'phone' },
      inputs: [{ name: 'phone', type: 'phone', label: 'Mobile number' }],
      logo_url: 'https://switch.example/logos/173.svg',
      network: 173,
      in_service: true,
    },
  ],
  next: null,
};

export function addOperators(app: NativeApp, services: DialectServices): void {
  app.get(
    '/v1/operators',
    {
      onRequest: admit(services, 'any'),
      schema: {
        operationId: 'listOperators',
        security: needs('any'),
        tags: ['Catalogue'],
        summary: 'List operators',
        description: 'Operators by name of their country; within one, airtime of any amount comes first.',
        querystring: exact({
          country: Type.Optional(CountryCode),
          type: Type.Optional(oneOf(PRODUCT_TYPES, { description: 'Only operators that sell this.' })),
          limit,
          after: Type.Optional(after('The id of the last operator of the page before.')),
        }),
        response: {
          200: answer(OperatorList, { description: 'A page of operators.', example: EXAMPLE }),
          ...problems('invalid_request', 'country_not_supported'),
        },
      },
    },
    async (request) => {
      const { country, type, ...page } = request.query;
      const baseUrl = baseUrlOf(request);
      const { catalogue } = services.engine.market();
      if (country !== undefined && !catalogue.country(country)) throw new Refusal('country_not_supported');
      const found = country === undefined ? catalogue.operators() : catalogue.operatorsOf(country);
      const wanted =
        type === undefined ? found : found.filter((operator) => typesOf(catalogue, operator).includes(type));
      const { rows, next } = pageOf(wanted, (operator) => `${operator.id}`, page);
      return { data: rows.map((operator) => operatorView(catalogue, operator, baseUrl)), next };
    },
  );
}

function typesOf(catalogue: Catalogue, operator: Operator) {
  return [...new Set(catalogue.productsOf(operator.id).map((product) => product.type))];
}

function operatorView(catalogue: Catalogue, operator: Operator, baseUrl: string): OperatorView {
  const { recipient } = operator;
  return {
    id: operator.id,
    name: operator.name,
    country: operator.country,
    currency: operator.currency,
    types: typesOf(catalogue, operator),
    recipient:
      recipient.kind === 'email'
        ? { kind: recipient.kind, domains: [...recipient.domains] }
        : { kind: recipient.kind },
    inputs: inputsOf(recipient).map(({ choices, ...field }) => ({
      ...field,
      ...(choices && { choices: [...choices] }),
    })),
    logo_url: baseUrl + logoPath(operator.id),
    network: operator.network,
    in_service: operator.status === 'in_service',
  };
}
