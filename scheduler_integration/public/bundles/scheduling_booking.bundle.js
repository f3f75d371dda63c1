import "../js/booking.js";
