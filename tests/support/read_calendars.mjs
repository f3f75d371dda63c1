// Reads calendars with ical.js (Thunderbird) and node-ical. Gets a JSON list of texts, and prints for each of them what
// both found: method, uid, sequence, and the instants of all occurrences in epoch seconds.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/package.json`);
const ICAL = require("ical.js").default ?? require("ical.js");
const nodeIcal = require("node-ical");
const YEARS = 366 * 2 * 24 * 3600 * 1000;

const seconds = (date) => Math.round(date.getTime() / 1000);

function byIcalJs(text) {
	const calendar = new ICAL.Component(ICAL.parse(text));
	ICAL.TimezoneService.reset();
	for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
	const components = calendar.getAllSubcomponents("vevent");
	const exceptions = components.filter((each) => each.hasProperty("recurrence-id"));
	const event = new ICAL.Event(components.find((each) => !each.hasProperty("recurrence-id")), { exceptions });
	const starts = [];
	const iterator = event.iterator();
	for (let next = iterator.next(); next && starts.length < 50; next = iterator.next()) {
		starts.push(seconds(event.getOccurrenceDetails(next).startDate.toJSDate()));
	}
	starts.sort((one, other) => one - other);
	return {
		method: calendar.getFirstPropertyValue("method"),
		uid: event.uid,
		sequence: event.sequence,
		starts,
		minutes: Math.round((event.endDate.toJSDate() - event.startDate.toJSDate()) / 60000),
	};
}

function byNodeIcal(text) {
	const calendar = nodeIcal.sync.parseICS(text);
	const event = Object.values(calendar).find((each) => each.type === "VEVENT");
	const around = { from: new Date(event.start.getTime() - 1000), to: new Date(event.start.getTime() + YEARS) };
	const all = event.rrule ? nodeIcal.expandRecurringEvent(event, around).map((each) => each.start) : [event.start];
	return {
		method: event.method ?? calendar.vcalendar?.method,
		uid: event.uid,
		sequence: Number(event.sequence),
		starts: all.map(seconds).sort((one, other) => one - other),
		minutes: Math.round((event.end - event.start) / 60000),
	};
}

const texts = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => ({ "ical.js": byIcalJs(text), "node-ical": byNodeIcal(text) }))));
