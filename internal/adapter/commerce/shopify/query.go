package shopify

// The documents that are sent. Shopify counts the cost of a document by the objects that it could return, so the parts of
// an order that most orders do not have (refunds, returns, a second page of lines) are asked for apart.

const aboutQuery = `query About {
  shop { id name currencyCode ianaTimezone url myshopifyDomain shopAddress { countryCodeV2 } }
}`

const money = `
fragment Sum on MoneyBag { shopMoney { amount currencyCode } }`

const place = `
fragment Place on MailingAddress { name company address1 address2 city provinceCode countryCodeV2 zip phone }`

const taxFields = `title rate priceSet { ...Sum }`

const lineFields = `
fragment LineFields on LineItem {
  id name title variantTitle sku quantity currentQuantity unfulfilledQuantity isGiftCard
  product { id } variant { id } weight { unit value }
  originalUnitPriceSet { ...Sum } totalDiscountSet { ...Sum }
  taxLines(first: 5) { ` + taxFields + ` }
  discountAllocations { allocatedAmountSet { ...Sum } }
  duties { price { ...Sum } }
}`

const parcelFields = `
fragment Parcel on Fulfillment {
  id name status displayStatus createdAt updatedAt deliveredAt estimatedDeliveryAt
  location { id } trackingInfo(first: 5) { company number url }
  originAddress { address1 address2 city provinceCode countryCode zip }
  fulfillmentLineItems(first: 20) { nodes { id quantity lineItem { id title sku } } pageInfo { hasNextPage endCursor } }
}`

const orderFields = `
fragment OrderFields on Order {
  id name note test createdAt updatedAt processedAt cancelledAt closedAt cancelReason
  currencyCode presentmentCurrencyCode displayFinancialStatus displayFulfillmentStatus returnStatus
  email phone customerLocale sourceName statusPageUrl tags taxesIncluded paymentGatewayNames discountCodes customAttributes { key value }
  subtotalPriceSet { ...Sum } totalDiscountsSet { ...Sum } totalShippingPriceSet { ...Sum } totalTaxSet { ...Sum }
  totalTipReceivedSet { ...Sum } originalTotalDutiesSet { ...Sum } originalTotalAdditionalFeesSet { ...Sum }
  totalPriceSet { ...Sum } currentTotalPriceSet { ...Sum } totalOutstandingSet { ...Sum } totalRefundedSet { ...Sum }
  taxLines { ` + taxFields + ` }
  customer { id firstName lastName locale defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber } }
  billingAddress { ...Place } shippingAddress { ...Place }
  lineItems(first: 10) { nodes { ...LineFields } pageInfo { hasNextPage endCursor } }
  shippingLines(first: 3) { nodes { id title code carrierIdentifier originalPriceSet { ...Sum } discountAllocations { allocatedAmountSet { ...Sum } } taxLines { ` + taxFields + ` } } }
  fulfillments(first: 2) { ...Parcel }
  fulfillmentsCount { count }
  transactions(first: 5) { id kind status gateway errorCode test createdAt processedAt amountSet { ...Sum } parentTransaction { id } }
  refunds(first: 5) { id }
}` + money + place + lineFields + parcelFields

const ordersQuery = `query Orders($first: Int!, $after: String, $query: String) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) { nodes { ...OrderFields } pageInfo { hasNextPage endCursor } }
}` + orderFields

const orderQuery = `query Order($id: ID!) { order(id: $id) { ...OrderFields } }` + orderFields

const linesQuery = `query Lines($id: ID!, $after: String) {
  order(id: $id) { lineItems(first: 30, after: $after) { nodes { ...LineFields } pageInfo { hasNextPage endCursor } } }
}` + money + lineFields

const parcelsQuery = `query Parcels($id: ID!) { order(id: $id) { fulfillments(first: 250) { id } } }`

const parcelQuery = `query Parcel($id: ID!) { fulfillment(id: $id) { ...Parcel } }` + parcelFields

const parcelLinesQuery = `query ParcelLines($id: ID!, $after: String) {
  fulfillment(id: $id) { fulfillmentLineItems(first: 100, after: $after) { nodes { id quantity lineItem { id title sku } } pageInfo { hasNextPage endCursor } } }
}`

const refundFields = `
fragment RefundFields on Refund {
  id note createdAt updatedAt processedAt return { id } totalRefundedSet { ...Sum }
  transactions(first: 5) { nodes { id kind status gateway createdAt processedAt amountSet { ...Sum } parentTransaction { id } } }
  refundLineItems(first: 10) { nodes { ...RefundLine } pageInfo { hasNextPage endCursor } }
  refundShippingLines(first: 2) { nodes { subtotalAmountSet { ...Sum } } }
  orderAdjustments(first: 3) { nodes { reason amountSet { ...Sum } taxAmountSet { ...Sum } } }
  duties { amountSet { ...Sum } }
}` + refundLine

const refundLine = `
fragment RefundLine on RefundLineItem {
  id quantity restockType location { id } lineItem { id title sku variantTitle product { id } variant { id } }
  priceSet { ...Sum } subtotalSet { ...Sum } totalTaxSet { ...Sum }
}`

const refundsQuery = `query Refunds($id: ID!) { order(id: $id) { refunds(first: 250) { id } } }`

const refundQuery = `query Refund($id: ID!) { refund(id: $id) { ...RefundFields } }` + money + refundFields

const refundLinesQuery = `query RefundLines($id: ID!, $after: String) {
  refund(id: $id) { refundLineItems(first: 50, after: $after) { nodes { ...RefundLine } pageInfo { hasNextPage endCursor } } }
}` + money + refundLine

const returnsQuery = `query Returns($id: ID!, $after: String) {
  order(id: $id) { returns(first: 5, after: $after) {
    nodes {
      id name status createdAt closedAt requestApprovedAt decline { reason note }
      returnLineItems(first: 20) { nodes {
        id quantity returnReasonDefinition { handle name } returnReasonNote customerNote
        ... on ReturnLineItem { fulfillmentLineItem { lineItem { id title sku variantTitle } } }
      } }
      exchangeLineItems(first: 5) { nodes { id quantity variantId lineItems { id title sku } } }
      reverseFulfillmentOrders(first: 2) { nodes { reverseDeliveries(first: 2) { nodes {
        id deliverable { ... on ReverseDeliveryShippingDeliverable { tracking { carrierName number url } } }
      } } } }
    }
    pageInfo { hasNextPage endCursor }
  } }
}`

const variantFields = `
fragment VariantFields on ProductVariant {
  id sku barcode title price compareAtPrice inventoryQuantity selectedOptions { name value }
  media(first: 1) { nodes { preview { image { url } } } }
  metafields(first: 5) { nodes { namespace key value } }
  inventoryItem { id harmonizedSystemCode countryCodeOfOrigin unitCost { amount currencyCode } measurement { weight { unit value } } }
}`

const productFields = `
fragment ProductFields on Product {
  id handle title vendor productType status tags createdAt updatedAt onlineStoreUrl
  media(first: 10) { nodes { preview { image { url } } } }
  metafields(first: 25) { nodes { namespace key value } }
  variants(first: 20) { nodes { ...VariantFields } pageInfo { hasNextPage endCursor } }
}` + variantFields

const productsQuery = `query Products($first: Int!, $after: String, $query: String) {
  shop { currencyCode }
  products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) { nodes { ...ProductFields } pageInfo { hasNextPage endCursor } }
}` + productFields

const productQuery = `query Product($id: ID!) { shop { currencyCode } product(id: $id) { ...ProductFields } }` + productFields

const variantsQuery = `query Variants($id: ID!, $after: String) {
  product(id: $id) { variants(first: 50, after: $after) { nodes { ...VariantFields } pageInfo { hasNextPage endCursor } } }
}` + variantFields

const customerFields = `
fragment CustomerFields on Customer {
  id firstName lastName displayName locale state tags taxExempt note numberOfOrders createdAt updatedAt
  amountSpent { amount currencyCode }
  defaultEmailAddress { emailAddress marketingState marketingUpdatedAt } defaultPhoneNumber { phoneNumber }
  defaultAddress { ...Place } addressesV2(first: 10) { nodes { ...Place } }
}` + place

const customersQuery = `query Customers($first: Int!, $after: String, $query: String) {
  customers(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) { nodes { ...CustomerFields } pageInfo { hasNextPage endCursor } }
}` + customerFields

const customerQuery = `query Customer($id: ID!) { customer(id: $id) { ...CustomerFields } }` + customerFields

const hooksQuery = `query Hooks($uri: String!, $after: String) {
  webhookSubscriptions(first: 100, after: $after, uri: $uri) { nodes { id topic uri } pageInfo { hasNextPage endCursor } }
}`

const subscribe = `mutation Subscribe($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) { webhookSubscription { id } userErrors { field message } }
}`
