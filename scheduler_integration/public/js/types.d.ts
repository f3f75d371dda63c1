// The types of the scripts. Only the type checker reads this file; no page loads it.
//
// booking.js, manage.js and report.js are the scripts of one page each; host.js is that of all pages of hosts, and starts what
// house/ has. steps.js reports how far visitors come (docs/reference/insights.md). Pages load them through bundles/.
// booking.js connects these:
//   view.js    draws the page from the state
//   actions/   handle what the visitor does, and change the state
//   state/     the state, the starts that are loaded, and what the browser remembers
//   server/    requests: months, holds
//   parts/     the pieces on the screen: month, times, form, time zone, messages, steps
//   shared/    dates and words, and the page's data and elements
// desk/ belongs to the forms of the desk (hooks.py). embed.js runs on other websites, and embedded.js in the frame that it opens.

export type Step = "day" | "time" | "details";

/** A stretch of time: start and end, epoch seconds. The end isn't part of it. */
export type Stretch = [start: number, end: number];

/** The script of the links to the waitlist, the address at which people join, and the words of the links. */
export interface WaitData {
	script: string;
	url: string;
	day: string;
	taken: string;
}

/** The data that the server puts into a page (pages/kit/assets.py). Only the booking page has all fields. */
export interface PageData {
	slug: string;
	meetingType: string;
	duration: number;
	hostZone: string;
	zone: string;
	zoneIsChosen: boolean;
	locale: string;
	/** Monday is 0. */
	firstWeekday: number;
	twelveHours: boolean;
	month: string;
	day: string | null;
	start: number | null;
	step: Step;
	slots: SlotsInPage;
	holdMinutes: number;
	origin: Record<string, string>;
	/** The link's values for hidden fields, by their keys. */
	prefill: Record<string, string>;
	/** The address of the script with the list of time zones. */
	zonePicker: string;
	/** The address of the script that shows an earlier booking. */
	booked: string;
	/** The address of the script for questions that depend on an answer. Only if there are some. */
	askedAfter?: string;
	notify?: string;
	/** The address of the script with the dates of a meeting that repeats. Only if it does. */
	series?: string;
	/** The links to the waitlist. Only if the meeting type has one. */
	waitlist?: WaitData;
	/** The form to join a waitlist only: the server doesn't know the visitor's zone yet, and wrote the host's. */
	zoneIsUnknown?: boolean;
	/** Cities that the visitor's language calls otherwise than the zone, by zone. */
	cities: Record<string, string>;
	/** The key of the host whom the visitor chose, or "". */
	host: string;
	/** The token of the booking that gets another time, or "". */
	rescheduling: string;
	/** The query of the address to which the visitor goes after booking. */
	news: string;
	/** In a frame only: the form's fields by the names that links use, "" for a hidden question. */
	fields?: Record<string, string>;
	/** The confirmation page in a frame only: what the other website learns. */
	booking?: Record<string, string>;
	/** Only if the server may ask for a proof or a code. */
	gate?: GateData;
	/** Whether the visitor's steps are counted. */
	counts?: boolean;
	csrfToken: string | null;
	strings: Record<string, string | Record<string, string>>;
	/** The confirmation page only: the address to go on to. */
	followUp?: string;
	/** The confirmation page only: whether the meeting was cancelled, declined or moved. */
	isGone?: boolean;
}

/** Data that the server puts into a page in a frame (pages/kit/embedding.py). */
export interface FrameData {
	/** The websites that may embed the page: hosts, some with a port. */
	hosts: string[];
	/** The page's own script, if it has one. */
	script: "booking" | "manage" | "pay" | "steps" | null;
	/** The word for the button that closes a pop-up. */
	close: string;
}

/** The free starts of the first month (pages/booking/slots.py). */
export interface SlotsInPage {
	duration: number;
	covered: Stretch;
	/** The first start, and then the seconds from each to the next. */
	starts: number[];
	seats: Record<number, number>;
	parts: Record<number, Stretch[]>;
	partial: [start: number, daysFree: number, days: number, missing: number[]][];
	/** Only if the page shows the times that are taken: in the same way as `starts`. */
	taken?: number[];
}

/** Addresses of the script for proofs and codes and of the worker, and the words of the field for the code. */
export interface GateData {
	script: string;
	solver: string;
	label: string;
	again: string;
	missing: string;
}

/** The work that the server asks for (ALTCHA v2). */
export interface Challenge {
	parameters: Record<string, string | number | object>;
	signature: string;
}

/** The counter that was looked for, and its key in hexadecimal. */
export interface Solution {
	counter: number;
	derivedKey: string;
}

/** Functions that bundles/scheduling_gate.bundle.js brings (js/parts/gate-kit.js). */
export interface GateKit {
	prove(challenge: Challenge): Promise<string>;
	askForCode(sentence: string, onAgain: () => void): void;
}

/** The state of the booking page. */
export interface State {
	zone: string;
	twelveHours: boolean;
	/** In minutes. */
	duration: number;
	month: string;
	day: string | null;
	start: number | null;
	/** The start that waits for its "Confirm". */
	pending: number | null;
	step: Step;
	/** Whether the month has been loading long enough for people to notice. */
	waiting: boolean;
	/** Whether the month could not be loaded. */
	failed: boolean;
}

/** More about a free start: the seats left, and the days of a multi-day meeting. */
export interface About {
	seats?: number | null;
	parts?: Stretch[];
}

/** A start of a multi-day meeting that can't be booked, because the days that start at `missing` aren't free. */
export interface PartlyFree {
	start: number;
	daysFree: number;
	days: number;
	missing: number[];
}

/** A time that is held for this page. `until` is 0 if the server hasn't confirmed it. */
export interface Held {
	key: string;
	start: number;
	duration: number;
	until: number;
}

/** The data that a tab keeps until the booking is made. */
export interface Draft {
	values: [name: string, value: string][];
	/** The idempotency key of each time that the visitor tried to book. */
	keys: Record<string, string>;
	held: Held | null;
}

/** The month as the calendar grid shows it. */
export interface Sheet {
	month: string;
	today: string;
	selected: string | null;
	/** The free starts by date. */
	free: Map<string, number[]>;
	/** The starts of multi-day meetings with only some days free, by date. */
	partial: Map<string, PartlyFree[]>;
	/** The later days of the multi-day meeting that begins on the selected day. */
	along: Set<string>;
	waiting: boolean;
}

/** A day as the list of times shows it. */
export interface Day {
	date: string | null;
	/** The first start of a later day in this month, for a day without times. */
	next?: number;
	starts: number[];
	/** These starts are shown, but can't be chosen. */
	partial: PartlyFree[];
	/** Likewise. */
	taken: number[];
	about: (start: number) => About;
	zone: string;
	twelveHours: boolean;
	pending: number | null;
}

/** A form's `submit`, perhaps of an assistant that has filled it in (WebMCP). Only some browsers have these. */
export interface ToolEvent extends SubmitEvent {
	agentInvoked?: boolean;
	respondWith(result: Promise<unknown>): void;
}

/** The result of sending a booking. */
export interface Outcome {
	/** `unheard`: the server wasn't reached, or its answer was lost. `later`: it asks to be asked again in a moment. */
	kind: "booked" | "taken" | "unheard" | "later" | "refused" | "code";
	/** If booked: the address of the confirmation. */
	address: string;
	/** If refused by the server: its code. */
	code: string;
	/** If taken: the nearest free starts. */
	nearest: number[];
	message: string;
	/** If refused: a sentence for each field. */
	details: Record<string, string>;
}

/** What was booked in this tab, for somebody who comes back with the Back button. */
export interface Booked {
	/** The confirmation's. */
	address: string;
	start: number;
	/** The day and time in words. */
	when: string;
	/** What was typed, for another booking. */
	values: Draft["values"];
}

/** A time zone that the search can find. */
export interface Zone {
	name: string;
	city: string;
	region: string;
	/** Large cities in this zone that no zone is named after. */
	nearby: string[];
	/** Seconds ahead of UTC, today. */
	offset: number;
	offsetName: string;
	/** The text that a search looks in. */
	words: string;
}

/** A stretch of time in an answer: start and end in ISO 8601. */
export interface Part {
	start: string;
	end: string;
}

/** The answer of `get_slots` (docs/reference/api.md). */
export interface SlotsAnswer {
	days: Record<string, { start: string; seats_left?: number | null; parts?: Part[] }[]>;
	partial?: Record<string, { start: string; days_free: number; number_of_days: number; missing_parts: Part[] }[]>;
	taken?: Record<string, { start: string }[]>;
}

/** The answer of `next_slots` (docs/reference/api.md). */
export interface NextSlotsAnswer extends SlotsAnswer {
	month: string;
	earliest: string | null;
}

/** A refusal by the server (docs/reference/api.md). */
export interface Refusal {
	error?: string;
	code?: string;
	details?: Record<string, string>;
	suggestions?: { start: string }[];
	challenge?: Challenge;
}
