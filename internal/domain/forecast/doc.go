// Package forecast says how likely it is that a desk breaks promises about answers in the
// next hours, how many, what drives it, and how many people are missing.
//
// Words. A queue is the answers that a desk, or a team of it, owes. An arrival is a
// question that begins to wait for an answer; its lead is how long after it the answer is
// due. A slot is a quarter of an hour. The level is how much more comes at present than is
// usual at this hour of the week. The rate is how many answers somebody writes in an hour
// of work while there is enough to do.
//
// What comes. The usual number of an hour of the week is the mean of past weeks, the newer
// ones weighing more, drawn towards the mean of that hour of the day. The level is the
// posterior mean of a gamma prior with mean 1 after the Poisson counts of the last hours
// (half of the weight is gone after three); the variance of the prior is that of past
// stretches of three hours around what was usual then. So one busy hour of a small desk
// moves little, and a surge at a large one is seen within the hour. A level fades with a
// half-life of six hours, in each run into another one, as they vary.
//
// Who answers. People on shift answer at the rate, which is measured over past hours in
// which enough waited to fill their time: an idle desk says nothing about how fast it is.
// It is a gamma-Poisson mean too, with a prior of six an hour, and never
// below two: who writes less while answers wait is at something else.
//
// What happens. The next hours are played many times in slots: Poisson arrivals with leads
// as at that hour of the day, answers in the order in which they are due, those that are
// late first. For each run the level at present, the one that it fades into, and the rate
// are drawn anew from what is known of them, for all its hours alike. The share of the runs in which an hour breaks a promise
// is its probability. The runs are drawn from one fixed seed: the same values always give
// the same forecast.
//
// Sources. Poisson arrivals with an uncertain, busy-day rate and correction within the day:
// Avramidis, Deslauriers, L'Ecuyer, "Modeling daily arrivals to a telephone call center",
// Management Science 50 (2004); Shen and Huang, "Interday forecasting and intraday updating
// of call center arrivals", M&SOM 10 (2008). Earliest due first as the order of service:
// Jackson's rule (1955). How forecasts of probabilities are judged: Brier (1950). Gamma
// numbers are drawn after Marsaglia and Tsang (2000).
//
// Everything is a function of values. Package foresight keeps what it is asked of; package
// forecastsim makes days to hold it against.
package forecast
