/**
 * A strict JSON reader for request bodies. JSON.parse keeps the last of two equal keys and silently changes
 * `9007199254740993`; here both are refused, and so is a number whose digits a double cannot hold. So any number
 * that comes through prints again as it was written, and an amount can be read from it exactly.
 */
export class MalformedJson extends Error {
  override readonly name = 'MalformedJson';
}

/** Nesting of objects and arrays that is read; deeper is refused. */
const DEPTH_MAX = 32;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// Up to the next character that needs a look: quote, backslash, control character or surrogate.
// oxlint-disable-next-line no-control-regex
const PLAIN = /[^"\\\u0000-\u001f\ud800-\udfff]*/y;
// oxlint-disable-next-line no-control-regex
const SPECIAL = /[\\\u0000-\u001f\ud800-\udfff]/;

export function parseJson(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) this.#fail('something follows the value');
  }

  value(depth: number): unknown {
    if (depth > DEPTH_MAX) this.#fail('it is nested too deeply');
    this.#space();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#at += 1;
    if (this.#next('}')) return object;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail('a key must be a string');
      const key = this.#string();
      if (Object.hasOwn(object, key)) this.#fail('a key stands twice');
      if (!this.#next(':')) this.#fail('a key needs a colon');
      const value = this.value(depth + 1);
      put(object, key, value);
    } while (this.#next(','));
    if (!this.#next('}')) this.#fail('an object must end with }');
    return object;
  }

  #array(depth: number): unknown[] {
    const array: unknown[] = [];
    this.#at += 1;
    if (this.#next(']')) return array;
    do array.push(this.value(depth + 1));
    while (this.#next(','));
    if (!this.#next(']')) this.#fail('an array must end with ]');
    return array;
  }

  #string(): string {
    this.#at += 1;
    const end = this.#text.indexOf('"', this.#at);
    if (end < 0) return this.#specialString();
    const plain = this.#text.slice(this.#at, end);
    if (SPECIAL.test(plain)) return this.#specialString();
    this.#at = end + 1;
    return plain;
  }

  /** With something in it that needs a look, or without an end. */
  #specialString(): string {
    let out = '';
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const plain = PLAIN.exec(this.#text)?.[0] ?? '';
      out += plain;
      this.#at += plain.length;
      const next = this.#text[this.#at];
      if (next === '"') break;
      if (next === '\\') out += this.#escape();
      else if (next !== undefined && next >= '\ud800') out += this.#surrogates(next);
      else this.#fail(next === undefined ? 'a string does not end' : 'a string holds a control character');
    }
    this.#at += 1;
    // Escapes can spell a lone surrogate too.
    if (!out.isWellFormed()) this.#fail('a string holds an unpaired surrogate');
    return out;
  }

  #surrogates(first: string): string {
    const pair = first + (this.#text[this.#at + 1] ?? '');
    if (!pair.isWellFormed()) this.#fail('a string holds an unpaired surrogate');
    this.#at += 2;
    return pair;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1];
    const simple = letter === undefined ? undefined : ESCAPES[letter];
    if (simple !== undefined) {
      this.#at += 2;
      return simple;
    }
    const hex = this.#text.slice(this.#at + 2, this.#at + 6);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(hex)) this.#fail('a string holds an unknown escape');
    const unit = Number.parseInt(hex, 16);
    if (unit === 0) this.#fail('a string holds U+0000');
    this.#at += 6;
    return String.fromCharCode(unit);
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    if (!NUMBER.test(this.#text)) this.#fail('a value was expected');
    const source = this.#text.slice(this.#at, NUMBER.lastIndex);
    const value = Number(source);
    const again = String(value);
    if (again !== source && (!Number.isFinite(value) || digitsOf(again) !== digitsOf(source))) {
      this.#fail('a number has more digits than can be kept');
    }
    this.#at += source.length;
    return value;
  }

  #word<Value>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('a value was expected');
    this.#at += word.length;
    return value;
  }

  #next(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    while (isSpace(this.#text[this.#at])) this.#at += 1;
  }

  #fail(what: string): never {
    throw new MalformedJson(`${what} (at character ${this.#at + 1})`);
  }
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\n' || character === '\r' || character === '\t';
}

/** `__proto__` is a key like any other here, never a prototype. */
function put(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Digits and magnitude of a number's text, so that `1.50`, `1.5` and `15e-1` are one. */
function digitsOf(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().replace('-', '').split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  const scale =
    significant === '' ? 0 : Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${significant}e${scale}`;
}
