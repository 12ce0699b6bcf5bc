// GodwitPlugin tells Godwit at once which order, product or customer has changed; Godwit then asks for it. What it sends is
// signed as https://www.standardwebhooks.com describes. Godwit's polling makes up for a message that does not arrive.
//
//     plugins: [GodwitPlugin.init({ url: 'https://desk.example.com/hooks/...', secret: 'whsec_...' })]
import { createHmac, randomUUID } from 'node:crypto';
import { CustomerEvent, EventBus, HistoryEntryEvent, PluginCommonModule, ProductEvent, ProductVariantEvent, VendurePlugin } from '@vendure/core';

export class GodwitPlugin {
  static init(options) {
    GodwitPlugin.options = options;
    return GodwitPlugin;
  }

  constructor(bus) {
    this.bus = bus;
  }

  onApplicationBootstrap() {
    // Whatever happens to an order is written into its history: payments, refunds, parcels, changes, notes. Baskets have
    // one as well.
    const basket = new Set(['AddingItems', 'ArrangingPayment']);
    this.bus.ofType(HistoryEntryEvent).subscribe(e => basket.has(e.input?.data?.to) || this.tell('order', e.entity.order?.id, e));
    this.bus.ofType(ProductEvent).subscribe(e => this.tell('product', e.entity.id, e));
    this.bus.ofType(ProductVariantEvent).subscribe(e => new Set(e.entity.map(v => v.productId)).forEach(id => this.tell('product', id, e)));
    this.bus.ofType(CustomerEvent).subscribe(e => this.tell('customer', e.entity.id, e));
  }

  async tell(noun, id, event) {
    const { url, secret } = GodwitPlugin.options ?? {};
    if (!url || !id) return;
    const key = `msg_${randomUUID()}`, at = Math.floor(Date.now() / 1000);
    const type = event.input?.type ?? `${noun}.${event.type}`; // ORDER_FULFILLMENT_TRANSITION, product.updated
    const body = JSON.stringify({ eventId: key, type, createdAt: event.createdAt, data: { [noun]: { id: String(id) } } });
    const mac = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).update(`${key}.${at}.${body}`).digest('base64');
    const headers = { 'content-type': 'application/json', 'webhook-id': key, 'webhook-timestamp': `${at}`, 'webhook-signature': `v1,${mac}` };
    await fetch(url, { method: 'POST', headers, body }).catch(err => console.error(`godwit: ${err.message}`));
  }
}

Reflect.defineMetadata('design:paramtypes', [EventBus], GodwitPlugin);
VendurePlugin({ imports: [PluginCommonModule] })(GodwitPlugin);
