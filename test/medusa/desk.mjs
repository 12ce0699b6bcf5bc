// Desk sets a shop up, and does what its customers and its merchant do, through the shop's own public APIs.
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const flows = require('@medusajs/medusa/core-flows');
const { Modules, ContainerRegistrationKeys } = require('@medusajs/framework/utils');

const countries = ['ru', 'de'];

export class Desk {
  static verbs = new Set(['place', 'fulfil', 'ship', 'deliver', 'refund', 'return', 'cancel', 'readdress', 'reprice', 'hook']);

  constructor(url, container) {
    Object.assign(this, { url, container });
  }

  async run(flow, input) {
    return (await flows[flow](this.container).run({ input })).result;
  }

  // open makes the shop and the secret key that Godwit is given.
  async open() {
    const store = await this.container.resolve(Modules.STORE).createStores({ name: 'Kremlin Mugs', supported_currencies: [{ currency_code: 'eur', is_default: true }] });
    const [channel] = await this.run('createSalesChannelsWorkflow', { salesChannelsData: [{ name: 'Web' }] });
    await this.run('updateStoresWorkflow', { selector: { id: store.id }, update: { default_sales_channel_id: channel.id } });
    [this.region] = await this.run('createRegionsWorkflow', { regions: [{ name: 'All', currency_code: 'eur', countries, payment_providers: ['pp_system_default'], automatic_taxes: true }] });
    await this.run('createTaxRegionsWorkflow', countries.map(country_code => ({ country_code, provider_id: 'tp_system', default_tax_rate: { name: 'VAT', code: 'vat', rate: 20 } })));
    const [place] = await this.run('createStockLocationsWorkflow', { locations: [{ name: 'Shenzhen', address: { address_1: '1', city: 'Shenzhen', country_code: 'CN' } }] });
    this.warehouse = place;
    const link = this.container.resolve(ContainerRegistrationKeys.LINK);
    await link.create({ [Modules.STOCK_LOCATION]: { stock_location_id: place.id }, [Modules.FULFILLMENT]: { fulfillment_provider_id: 'manual_manual' } });
    const [profile] = await this.run('createShippingProfilesWorkflow', { data: [{ name: 'Default', type: 'default' }] });
    const set = await this.container.resolve(Modules.FULFILLMENT).createFulfillmentSets({
      name: 'Post', type: 'shipping', service_zones: [{ name: 'World', geo_zones: countries.map(country_code => ({ country_code, type: 'country' })) }],
    });
    await link.create({ [Modules.STOCK_LOCATION]: { stock_location_id: place.id }, [Modules.FULFILLMENT]: { fulfillment_set_id: set.id } });
    [this.option] = await this.run('createShippingOptionsWorkflow', [{
      name: 'China Post', price_type: 'flat', provider_id: 'manual_manual', service_zone_id: set.service_zones[0].id, shipping_profile_id: profile.id,
      type: { label: 'Post', description: 'By post', code: 'post' }, prices: [{ currency_code: 'eur', amount: 5 }],
      rules: [{ attribute: 'enabled_in_store', value: 'true', operator: 'eq' }, { attribute: 'is_return', value: 'false', operator: 'eq' }],
    }]);
    await this.run('linkSalesChannelsToStockLocationWorkflow', { id: place.id, add: [channel.id] });
    const [secret, publishable] = await this.run('createApiKeysWorkflow', { api_keys: ['secret', 'publishable'].map(type => ({ title: type, type, created_by: 'tests' })) });
    await this.run('linkSalesChannelsToApiKeyWorkflow', { id: publishable.id, add: [channel.id] });
    Object.assign(this, { secret: secret.token, publishable: publishable.token });
    await this.run('createProductsWorkflow', { products: products(profile.id, channel.id) });
    const { data: stock } = await this.container.resolve(ContainerRegistrationKeys.QUERY).graph({ entity: 'inventory_item', fields: ['id'] });
    await this.run('createInventoryLevelsWorkflow', { inventory_levels: stock.map(item => ({ location_id: place.id, stocked_quantity: 100, inventory_item_id: item.id })) });
    return this.secret;
  }

  // ask calls the shop's API and returns the answer.
  async ask(method, path, body) {
    const key = path.startsWith('/admin') ? { authorization: 'Basic ' + Buffer.from(this.secret + ':').toString('base64') } : { 'x-publishable-api-key': this.publishable };
    const res = await fetch(this.url + path, { method, headers: { 'content-type': 'application/json', ...key }, body: body && JSON.stringify(body) });
    const text = await res.text();
    if (!res.ok) throw new Error(`${method} ${path}: ${res.status} ${text}`);
    return JSON.parse(text);
  }

  // place buys: {lines: {SKU: quantity}, email, address}.
  async place({ lines, email, address }) {
    const { variants } = await this.ask('GET', '/admin/product-variants?limit=100&fields=id,sku');
    const items = Object.entries(lines).map(([sku, quantity]) => ({ variant_id: variants.find(v => v.sku === sku).id, quantity }));
    const { cart } = await this.ask('POST', '/store/carts', { region_id: this.region.id, email, shipping_address: address, billing_address: address, items });
    await this.ask('POST', `/store/carts/${cart.id}/shipping-methods`, { option_id: this.option.id });
    const { payment_collection } = await this.ask('POST', '/store/payment-collections', { cart_id: cart.id });
    await this.ask('POST', `/store/payment-collections/${payment_collection.id}/payment-sessions`, { provider_id: 'pp_system_default' });
    const { order, error } = await this.ask('POST', `/store/carts/${cart.id}/complete`, {});
    if (!order) throw new Error(JSON.stringify(error));
    const { order: whole } = await this.ask('GET', `/admin/orders/${order.id}`);
    const payment = whole.payment_collections[0].payments[0];
    await this.ask('POST', `/admin/payments/${payment.id}/capture`, {});
    return { id: order.id, number: String(order.display_id), payment: payment.id, lines: Object.fromEntries(whole.items.map(i => [i.variant_sku, i.id])) };
  }

  // fulfil packs lines of an order: {order, lines: {line: quantity}}; ship hands them to a carrier, with a number.
  async fulfil({ order, lines }) {
    const items = Object.entries(lines).map(([id, quantity]) => ({ id, quantity }));
    const { order: now } = await this.ask('POST', `/admin/orders/${order}/fulfillments?fields=*fulfillments`, { items, location_id: this.warehouse.id });
    return { id: now.fulfillments.toSorted((a, b) => a.created_at.localeCompare(b.created_at)).at(-1).id };
  }

  async ship({ order, fulfillment, lines, number }) {
    const items = Object.entries(lines).map(([id, quantity]) => ({ id, quantity }));
    await this.ask('POST', `/admin/orders/${order}/fulfillments/${fulfillment}/shipments`, {
      items, labels: [{ tracking_number: number, tracking_url: `https://track.example.com/${number}`, label_url: 'https://labels.example.com/1' }],
    });
  }

  async deliver({ order, fulfillment }) {
    await this.ask('POST', `/admin/orders/${order}/fulfillments/${fulfillment}/mark-as-delivered`, {});
  }

  // refund pays back: {payment, amount, note}.
  async refund({ payment, amount, note }) {
    await this.ask('POST', `/admin/payments/${payment}/refund`, { amount, note });
  }

  // return announces goods that are to come back: {order, lines: {line: quantity}}.
  async return({ order, lines }) {
    const { return: back } = await this.ask('POST', '/admin/returns', { order_id: order, location_id: this.warehouse.id });
    await this.ask('POST', `/admin/returns/${back.id}/request-items`, { items: Object.entries(lines).map(([id, quantity]) => ({ id, quantity })) });
    await this.ask('POST', `/admin/returns/${back.id}/request`, {});
    return { id: back.id };
  }

  async cancel({ order }) {
    await this.ask('POST', `/admin/orders/${order}/cancel`, {});
  }

  async readdress({ order, address }) {
    await this.ask('POST', `/admin/orders/${order}`, { shipping_address: address });
  }

  // reprice gives a variant another price: {sku, amount}.
  async reprice({ sku, amount }) {
    const { variants } = await this.ask('GET', '/admin/product-variants?limit=100&fields=id,sku,product_id,prices.id');
    const v = variants.find(v => v.sku === sku);
    await this.ask('POST', `/admin/products/${v.product_id}/variants/${v.id}`, { prices: [{ id: v.prices[0].id, currency_code: 'eur', amount }] });
  }

  // hook has the subscriber tell of changes: {url, secret}.
  hook({ url = '', secret = '' }) {
    Object.assign(process.env, { GODWIT_HOOK_URL: url, GODWIT_HOOK_SECRET: secret });
  }
}

const price = amount => [{ currency_code: 'eur', amount }];

function products(shipping_profile_id, channel) {
  const all = { status: 'published', shipping_profile_id, sales_channels: [{ id: channel }] };
  return [
    {
      ...all, title: 'Mug', handle: 'mug', material: 'stoneware', origin_country: 'cn', hs_code: '69120021', weight: 400,
      thumbnail: 'https://assets.example.com/mug.png', images: [{ url: 'https://assets.example.com/mug.png' }], metadata: { supplier: 'Jingdezhen Works', batch: 'B-2026-07' },
      options: [{ title: 'colour', values: ['blue', 'white'] }, { title: 'size', values: ['small', 'large'] }],
      variants: [['MUG-BS', 'blue', 'small', 12.5], ['MUG-BL', 'blue', 'large', 14.9], ['MUG-WL', 'white', 'large', 13.9]].map(([sku, colour, size, amount]) => ({ sku, title: `${colour} ${size}`, options: { colour, size }, prices: price(amount) })),
    },
    {
      ...all, title: 'Чайник «Самовар»', handle: 'samovar', options: [{ title: 'form', values: ['one'] }],
      variants: [{ sku: 'SAM-1', title: 'one', options: { form: 'one' }, barcode: '4006381333931', hs_code: '85167920', origin_country: 'ru', weight: 2500, prices: price(89.9) }],
    },
    { ...all, title: 'Lamp', handle: 'lamp', options: [{ title: 'form', values: ['one'] }], variants: [{ sku: 'LAMP', title: 'one', options: { form: 'one' }, prices: price(24) }] },
  ];
}
