/**
 * Whom an operator serves and what a customer types to say so: one rule per operator, from which every dialect draws
 * its fields. Pure.
 */
export type RecipientRule =
  | { readonly kind: 'phone' }
  | { readonly kind: 'email'; readonly domains: readonly string[] }
  /** A player of a game; empty `servers`: the game asks for none. */
  | {
      readonly kind: 'player';
      readonly label: string;
      readonly pattern: string;
      readonly servers: readonly string[];
    }
  /** A subscriber, consumer, meter or vehicle number. */
  | { readonly kind: 'account'; readonly label: string; readonly pattern: string };

/** One thing to ask for. All of an operator's fields are required. */
export interface InputField {
  readonly name: 'phone' | 'email' | 'player_id' | 'server' | 'account_number';
  readonly type: 'phone' | 'email' | 'text' | 'choice';
  readonly label: string;
  /** Of `text`: a regular expression that the whole of the value matches. */
  readonly pattern?: string;
  /** Of `choice`: one of these, as it is written here. */
  readonly choices?: readonly string[];
}

/** No number of a meter, vehicle or player is longer; bounds the work on text from outside. */
const TEXT_CHARS_MAX = 64;

/** The fields of a recipient, in the order in which they are asked for. */
export function inputsOf(rule: RecipientRule): readonly InputField[] {
  switch (rule.kind) {
    case 'phone':
      return [{ name: 'phone', type: 'phone', label: 'Mobile number' }];
    case 'email':
      return [{ name: 'email', type: 'email', label: 'E-mail address' }];
    case 'account':
      return [{ name: 'account_number', type: 'text', label: rule.label, pattern: rule.pattern }];
    case 'player':
      return [
        { name: 'player_id', type: 'text', label: rule.label, pattern: rule.pattern },
        ...(rule.servers.length === 0
          ? []
          : [{ name: 'server', type: 'choice', label: 'Server', choices: rule.servers } as const]),
      ];
  }
}

/** Whether a value is one of the field. Numbers of phones and addresses are read by `phone.ts` and `email.ts`. */
export function fitsField({ pattern, choices }: InputField, value: string): boolean {
  if (value === '' || value.length > TEXT_CHARS_MAX) return false;
  if (choices) return choices.includes(value);
  return pattern === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(value);
}

/** What a customer gave for the fields of players and accounts; anything but text is wrong. */
export type GivenInputs = Readonly<Partial<Record<InputField['name'], unknown>>>;

/** The recipient in the one form in which it is kept, or the first field that is wrong. */
export function readInputs(
  rule: Extract<RecipientRule, { kind: 'player' | 'account' }>,
  given: GivenInputs,
):
  | { readonly kind: 'read'; readonly value: string }
  | { readonly kind: 'wrong'; readonly field: InputField; readonly issue: string } {
  const values: string[] = [];
  for (const field of inputsOf(rule)) {
    const value = given[field.name];
    if (value === undefined || value === null || value === '')
      return { kind: 'wrong', field, issue: 'is required' };
    if (typeof value !== 'string' || !fitsField(field, value)) {
      const issue = field.choices ? `must be one of ${field.choices.join(', ')}` : `is no ${field.label}`;
      return { kind: 'wrong', field, issue };
    }
    values.push(value);
  }
  return { kind: 'read', value: values.join(SERVER_MARK) };
}

/** Between a player's id and the server: no id has it. */
const SERVER_MARK = '@';

/** The fields of a recipient that is kept. */
export function writeInputs(
  kind: 'player' | 'account',
  value: string,
): { readonly account_number: string } | { readonly player_id: string; readonly server?: string } {
  if (kind === 'account') return { account_number: value };
  const at = value.indexOf(SERVER_MARK);
  if (at < 0) return { player_id: value };
  return { player_id: value.slice(0, at), server: value.slice(at + SERVER_MARK.length) };
}
