// Shows what was booked in this tab before. It loads if somebody comes back with the Back button (js/booking.js).
import { showBooked } from "../js/parts/booked.js";
import { readBooked } from "../js/state/memory.js";

const booked = readBooked();
if (booked) showBooked(booked);
