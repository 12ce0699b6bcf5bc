// Package plan quotes sending: what it costs, when it arrives, and what duty and
// tax come on top.
//
// A plan is the merchant's own document ([Document]): warehouses with their
// stock, cut-off times and handling days; zones of countries, regions and
// postcodes; services with weight steps, limits of size and prices that become
// free; and how goods go back. It is saved in versions that never change, so that
// whatever was promised can be traced to the words it came from. [Document.Check]
// finds what is wrong with one: zones that overlap, countries that do not exist,
// steps with gaps, heavier parcels that cost less.
//
// [Quote] is pure: the same plan, basket, address, moment, rates and levies give
// the same options, cheapest first. Sums are computed as exact fractions and each
// one that is shown is rounded once, halves away from zero.
//
// The day of arrival is counted on two calendars. The warehouse's say when a
// parcel leaves: an order after the cut-off time, in the warehouse's own zone,
// begins on its next working day, and handling takes working days. The
// destination's say when it comes: transit takes working days there, or all days
// for a service that delivers every day. Weekends are those of the country;
// holidays come from the table of package hours and from the
// plan's own list, which is how a merchant corrects it.
//
// Duty and tax are estimates. Each comes with the day on which its rule was last
// checked, where the rule was found, and whether it was sourced or is only
// believed ([Levy.Status]); what no rule is known for is called unknown and is
// not taken for nothing. Rules have days from and until which they hold. Within
// one customs territory nothing is due.
//
// The package does not decide what is charged at a checkout, and never splits a
// basket over several warehouses.
package plan
