// The links to the waitlist. Only pages of types that have one load it (js/booking.js).
import "../js/parts/wait-links.js";
