// Package atlas knows where towns and countries are, and draws the land around a
// route, without asking anybody.
//
// Words. A point is degrees of latitude and longitude, WGS 84. A town is one of some
// fourteen thousand with 30,000 people or more. A country's point is where its people
// live on average. A chart is a part of the world on a flat surface.
//
// Sources, made by gen.mjs: the outlines of land are Natural Earth's at 1:50 million
// (public domain), towns are from GeoNames (CC BY 4.0, https://www.geonames.org). The
// package draws no borders.
package atlas
