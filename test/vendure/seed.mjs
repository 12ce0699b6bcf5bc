// What the shop sells, and where it sends it.
const countries = [['RU', 'Russia', 'Asia'], ['DE', 'Germany', 'Europe'], ['CN', 'China', 'Asia'], ['US', 'United States', 'Americas']];

export const initialData = {
  defaultLanguage: 'en',
  defaultZone: 'Asia',
  countries: countries.map(([code, name, zone]) => ({ code, name, zone })),
  taxRates: [{ name: 'VAT', percentage: 20 }],
  shippingMethods: [{ name: 'China Post', price: 500 }],
  paymentMethods: [{ name: 'Card', handler: { code: 'dummy-payment-handler', arguments: [{ name: 'automaticSettle', value: 'true' }] } }],
  collections: [],
};

const columns = 'name,slug,description,assets,facets,optionGroups,optionValues,sku,price,taxCategory,stockOnHand,trackInventory,variantAssets,variantFacets,product:supplier,product:batch,variant:hsCode,variant:countryOfOrigin,variant:fragile';

export const products = `${columns}
Mug,mug,"<p>Holds tea, coffee &amp; more.</p>",mug.png,material:stoneware,colour|size,blue|small,MUG-BS,12.50,standard,100,true,,,Jingdezhen Works,B-2026-07,69120021,CN,true
,,,,,,blue|large,MUG-BL,14.90,standard,100,true,,,,,69120021,CN,true
,,,,,,white|large,MUG-WL,13.90,standard,100,true,,,,,69120021,CN,true
Чайник «Самовар»,samovar,"<p>Кипятит.</p>",mug.png,material:brass,,,SAM-1,89.90,standard,50,true,,,Tula,B-1,85167920,RU,false
Lamp,lamp,<p>Shines.</p>,,,,,LAMP,24.00,standard,50,true,,,,,94052011,CN,false
`;
