// Tells Godwit at once which order, product, customer or return has changed; Godwit then asks for it. What it sends is
// signed as https://www.standardwebhooks.com describes. Godwit's polling makes up for a message that does not arrive.
//
// Put it into src/subscribers of a Medusa 2 and set GODWIT_HOOK_URL and GODWIT_HOOK_SECRET (whsec_...).
const { createHmac, randomUUID } = require('node:crypto');

// What an event is about, and where the order stands if it is about something else.
const events = {
  'order.placed': ['order'], 'order.updated': ['order'], 'order.canceled': ['order'], 'order.completed': ['order'], 'order-edit.confirmed': ['order', 'order_id'],
  'order.fulfillment_created': ['order', 'order_id'], 'order.fulfillment_canceled': ['order', 'order_id'],
  'order.return_requested': ['order', 'order_id'], 'order.return_received': ['order', 'order_id'],
  'shipment.created': ['order', 'fulfillment', 'order.id'], 'delivery.created': ['order', 'fulfillment', 'order.id'],
  'payment.captured': ['order', 'payment', 'payment_collection.order.id'], 'payment.refunded': ['order', 'payment', 'payment_collection.order.id'],
  'product.created': ['product'], 'product.updated': ['product'], 'product.deleted': ['product'],
  'product-variant.created': ['product', 'product_variant', 'product_id'], 'product-variant.updated': ['product', 'product_variant', 'product_id'],
  'customer.created': ['customer'], 'customer.updated': ['customer'], 'customer.deleted': ['customer'],
};

exports.config = { event: Object.keys(events) };

exports.default = async function godwit({ event: { name, data }, container }) {
  const { GODWIT_HOOK_URL: url, GODWIT_HOOK_SECRET: secret } = process.env;
  if (!url) return;
  const [noun, from = 'id', path] = events[name];
  for (const one of [data].flat()) {
    let id = one[from];
    if (path) {
      const { data: [found] } = await container.resolve('query').graph({ entity: from, fields: [path], filters: { id: one.id } });
      id = path.split('.').reduce((value, key) => value?.[key], found);
    }
    if (!id) continue;
    const key = `msg_${randomUUID()}`, now = new Date(), at = Math.floor(now / 1000);
    const body = JSON.stringify({ id: key, name: `${noun}.${name.replace(/^order\./, '').replace(/[.-]/g, '_')}`, timestamp: now.toISOString(), data: { id } });
    const mac = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).update(`${key}.${at}.${body}`).digest('base64');
    const headers = { 'content-type': 'application/json', 'webhook-id': key, 'webhook-timestamp': `${at}`, 'webhook-signature': `v1,${mac}` };
    await fetch(url, { method: 'POST', headers, body }).catch(err => console.error(`godwit: ${err.message}`));
  }
};
