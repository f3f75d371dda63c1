// The dates of a meeting that repeats. Only pages of such types load it (js/booking.js).
import "../js/parts/series-dates.js";
