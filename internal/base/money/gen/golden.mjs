// Writes testdata/format.json with ICU's own formatting: node gen/golden.mjs (Node 20 with ICU 78, CLDR 48).
import { writeFileSync, readFileSync } from 'node:fs';

const table = readFileSync('table.go', 'utf8');
const locales = /localeNames = \[\]string\{([^}]*)\}/.exec(table)[1].match(/[\w-]+/g);
const digits = Object.fromEntries([...table.matchAll(/^\t"([A-Z]{3})": +(\d),$/gm)].map((m) => [m[1], Number(m[2])]));
const currencies = ['USD', 'EUR', 'GBP', 'CNY', 'JPY', 'KRW', 'RUB', 'UAH', 'KZT', 'PLN', 'CZK', 'HUF', 'RON', 'SEK', 'DKK', 'NOK', 'CHF', 'TRY', 'ILS', 'SAR', 'AED', 'KWD', 'INR', 'THB', 'VND', 'IDR', 'BRL', 'MXN', 'CAD', 'AUD', 'TWD', 'CLP'];
const values = ['0', '1', '-1', '1234', '-1234', '12345', '123456750', '-123456750'];
const icu = { pt: 'pt-PT', 'pt-BR': 'pt-BR' };
const golden = {};
// CLDR 48.2 changed the group mark of fr-CH, which ICU 78.2 still takes from 48.0.
for (const locale of locales.filter((l) => l !== 'fr-CH')) {
  golden[locale] = {};
  for (const currency of currencies) {
    const n = digits[currency];
    const f = new Intl.NumberFormat(icu[locale] ?? locale, { style: 'currency', currency, numberingSystem: 'latn', minimumFractionDigits: n, maximumFractionDigits: n });
    golden[locale][currency] = values.map((v) => {
      const s = v.replace('-', '').padStart(n + 1, '0');
      return f.format((v.startsWith('-') ? '-' : '') + (n ? s.slice(0, -n) + '.' + s.slice(-n) : s));
    });
  }
}
writeFileSync('testdata/format.json', JSON.stringify({ values, golden }));
