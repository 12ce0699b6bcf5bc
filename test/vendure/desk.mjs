// Desk does what a shop's customers and its merchant do, through the shop's own public APIs.
import { GodwitPlugin } from './godwit-plugin.mjs';

// must fails where Vendure answers with one of its error results.
const must = result => {
  if (result?.errorCode) throw new Error(`${result.errorCode}: ${result.message} ${result.transitionError ?? ''}`);
  return result;
};
const failed = '...on ErrorResult{errorCode message}';
const order = 'id code state updatedAt totalWithTax lines{id quantity productVariant{sku}} payments{id amount} fulfillments{id state}';

export class Desk {
  static verbs = new Set(['place', 'fulfil', 'transit', 'refund', 'cancel', 'readdress', 'reprice', 'hook']);

  constructor(url, admin) {
    Object.assign(this, { url, admin });
  }

  // ask sends one document and returns the value of its only field.
  async ask(api, document, variables, session = {}) {
    const headers = { 'content-type': 'application/json', ...(session.token && { authorization: `Bearer ${session.token}` }) };
    const res = await fetch(`${this.url}/${api}-api`, { method: 'POST', headers, body: JSON.stringify({ query: document, variables }) });
    session.token = res.headers.get('vendure-auth-token') ?? session.token;
    const { data, errors } = await res.json();
    if (errors) throw new Error(errors.map(e => e.message).join('; '));
    return must(Object.values(data)[0]);
  }

  merchant(document, variables) {
    return this.ask('admin', document, variables, this.session);
  }

  // open signs the merchant in, puts the goods where they can be sent from and makes the key that Godwit is given: its
  // role may read, and nothing else.
  async open() {
    this.session = {};
    await this.merchant('mutation($u:String!,$p:String!){login(username:$u,password:$p){...on CurrentUser{id} ' + failed + '}}', { u: this.admin.identifier, p: this.admin.password });
    const permissions = ['ReadOrder', 'ReadCustomer', 'ReadCatalog', 'ReadChannel', 'ReadSettings'];
    const role = await this.merchant('mutation($i:CreateRoleInput!){createRole(input:$i){id}}', { i: { code: 'godwit', description: 'Godwit', permissions } });
    const made = await this.merchant('mutation($i:CreateApiKeyInput!){createApiKey(input:$i){apiKey}}', { i: { roleIds: [role.id], translations: [{ languageCode: 'en', name: 'Godwit' }] } });
    return made.apiKey;
  }

  // place buys: {lines: {SKU: quantity}, customer: {firstName, lastName, emailAddress}, address}.
  async place({ lines, customer, address }) {
    const guest = {};
    const shop = (document, variables) => this.ask('shop', document, variables, guest);
    const variants = await this.merchant('query($s:[String!]){productVariants(options:{filter:{sku:{in:$s}}}){items{id sku}}}', { s: Object.keys(lines) });
    for (const { id, sku } of variants.items) {
      await shop('mutation($v:ID!,$q:Int!){addItemToOrder(productVariantId:$v,quantity:$q){...on Order{id} ' + failed + '}}', { v: id, q: lines[sku] });
    }
    await shop('mutation($c:CreateCustomerInput!){setCustomerForOrder(input:$c){...on Order{id} ' + failed + '}}', { c: customer });
    await shop('mutation($a:CreateAddressInput!){setOrderShippingAddress(input:$a){...on Order{id} ' + failed + '}}', { a: address });
    const [method] = await shop('{eligibleShippingMethods{id}}');
    await shop('mutation($m:[ID!]!){setOrderShippingMethod(shippingMethodId:$m){...on Order{id} ' + failed + '}}', { m: [method.id] });
    await shop('mutation{transitionOrderToState(state:"ArrangingPayment"){...on Order{id} ' + failed + '}}');
    const { id } = await shop('mutation{addPaymentToOrder(input:{method:"card",metadata:{}}){...on Order{id} ' + failed + '}}');
    return this.merchant(`query($id:ID!){order(id:$id){${order}}}`, { id });
  }

  // fulfil hands lines to a carrier: {lines: {order line: quantity}, carrier, number}.
  async fulfil({ lines, carrier, number }) {
    const input = {
      lines: Object.entries(lines).map(([orderLineId, quantity]) => ({ orderLineId, quantity })),
      handler: { code: 'manual-fulfillment', arguments: [{ name: 'method', value: carrier }, { name: 'trackingCode', value: number }] },
    };
    const { id } = await this.merchant('mutation($i:FulfillOrderInput!){addFulfillmentToOrder(input:$i){...on Fulfillment{id} ' + failed + '}}', { i: input });
    return this.transit({ id, state: 'Shipped' });
  }

  // transit brings a fulfilment into a state: {id, state}.
  transit({ id, state }) {
    return this.merchant('mutation($id:ID!,$s:String!){transitionFulfillmentToState(id:$id,state:$s){...on Fulfillment{id state trackingCode} ' + failed + '}}', { id, s: state });
  }

  // refund pays back: {payment, amount, reason}, the amount in minor units.
  async refund({ payment, amount, reason }) {
    const { id } = await this.merchant('mutation($i:RefundOrderInput!){refundOrder(input:$i){...on Refund{id} ' + failed + '}}', { i: { paymentId: payment, amount, reason, lines: [], shipping: 0, adjustment: 0 } });
    return this.merchant('mutation($i:SettleRefundInput!){settleRefund(input:$i){...on Refund{id state total} ' + failed + '}}', { i: { id, transactionId: `re_${id}` } });
  }

  // cancel calls an order off: {order, reason}.
  cancel({ order: orderId, reason }) {
    return this.merchant(`mutation($i:CancelOrderInput!){cancelOrder(input:$i){...on Order{${order}} ${failed}}}`, { i: { orderId, reason, cancelShipping: true } });
  }

  // readdress changes where an order goes: {order, address}.
  async readdress({ order: orderId, address }) {
    const to = state => this.merchant('mutation($id:ID!,$s:String!){transitionOrderToState(id:$id,state:$s){...on Order{id} ' + failed + '}}', { id: orderId, s: state });
    await to('Modifying');
    await this.merchant('mutation($i:ModifyOrderInput!){modifyOrder(input:$i){...on Order{id} ' + failed + '}}', { i: { dryRun: false, orderId, updateShippingAddress: address } });
    await to('PaymentSettled');
    return this.merchant(`query($id:ID!){order(id:$id){${order}}}`, { id: orderId });
  }

  // reprice gives a variant another price: {sku, price}.
  async reprice({ sku, price }) {
    const { items: [{ id }] } = await this.merchant('query($s:String!){productVariants(options:{filter:{sku:{eq:$s}}}){items{id}}}', { s: sku });
    await this.merchant('mutation($i:[UpdateProductVariantInput!]!){updateProductVariants(input:$i){id}}', { i: [{ id, price }] });
  }

  // hook has the plugin tell of changes: {url, secret}.
  hook(options) {
    GodwitPlugin.init(options);
  }
}
