// Finds time zones by city, by offset and by abbreviation.
import { get } from "../server/api.js";
import { now, offsetName, offsetOf } from "../shared/dates.js";
import { data } from "../shared/page.js";
import { cityOf, currentName } from "../shared/zone-names.js";

/** @import { Zone } from "../types.js" */

/** Large cities that no zone is named after. @type {Record<string, string>} */
const CITIES = {
	"Africa/Johannesburg": "Cape Town, Pretoria, Durban",
	"Africa/Lagos": "Abuja, Kano",
	"Africa/Cairo": "Alexandria, Giza",
	"Africa/Casablanca": "Rabat, Marrakesh",
	"America/Argentina/Buenos_Aires": "La Plata",
	"America/Bogota": "Medellin, Cali",
	"America/Chicago":
		"Dallas, Houston, Austin, San Antonio, Minneapolis, New Orleans, Nashville, St Louis, Kansas City, Milwaukee",
	"America/Denver": "Salt Lake City, Albuquerque, Colorado Springs",
	"America/Edmonton": "Calgary",
	"America/Guayaquil": "Quito",
	"America/Los_Angeles":
		"San Francisco, SF, Seattle, Portland, San Diego, Las Vegas, Silicon Valley, Sacramento, San Jose",
	"America/Mexico_City": "Guadalajara, Puebla",
	"America/New_York":
		"NYC, Boston, Washington DC, Atlanta, Miami, Philadelphia, Charlotte, Orlando, Pittsburgh, Baltimore, Cleveland",
	"America/Phoenix": "Tucson, Scottsdale",
	"America/Sao_Paulo": "Rio de Janeiro, Brasilia, Curitiba, Porto Alegre, Belo Horizonte",
	"America/Toronto": "Ottawa, Montreal, Quebec",
	"Asia/Bangkok": "Phuket, Chiang Mai",
	"Asia/Dubai": "Abu Dhabi, Sharjah",
	"Asia/Ho_Chi_Minh": "Saigon, Hanoi, Da Nang",
	"Asia/Jakarta": "Bandung, Surabaya",
	"Asia/Jerusalem": "Tel Aviv, Haifa",
	"Asia/Karachi": "Lahore, Islamabad, Rawalpindi",
	"Asia/Kolkata": "Mumbai, New Delhi, Delhi, Bangalore, Bengaluru, Chennai, Hyderabad, Pune, Ahmedabad, Calcutta",
	"Asia/Riyadh": "Jeddah, Mecca, Medina",
	"Asia/Shanghai": "Beijing, Shenzhen, Guangzhou, Chengdu, Hangzhou, Wuhan",
	"Asia/Tokyo": "Osaka, Kyoto, Nagoya, Yokohama, Sapporo",
	"Australia/Brisbane": "Gold Coast, Cairns",
	"Australia/Sydney": "Canberra, Newcastle",
	"Europe/Amsterdam": "Rotterdam, The Hague, Utrecht",
	"Europe/Berlin": "Munich, München, Hamburg, Cologne, Köln, Frankfurt, Stuttgart, Düsseldorf, Leipzig",
	"Europe/Brussels": "Antwerp, Ghent",
	"Europe/Istanbul": "Ankara, Izmir",
	"Europe/Kyiv": "Kiev, Lviv, Odesa",
	"Europe/Lisbon": "Porto",
	"Europe/London": "Manchester, Birmingham, Edinburgh, Glasgow, Leeds, Liverpool, Bristol, Cardiff, Belfast",
	"Europe/Madrid": "Barcelona, Valencia, Seville",
	"Europe/Moscow": "St Petersburg",
	"Europe/Paris": "Lyon, Marseille, Toulouse, Nice",
	"Europe/Rome": "Milan, Naples, Turin, Florence",
	"Europe/Stockholm": "Gothenburg, Malmö",
	"Europe/Warsaw": "Krakow, Gdansk, Wroclaw",
	"Europe/Zurich": "Geneva, Basel, Bern, Lausanne",
	"Pacific/Auckland": "Wellington, Christchurch",
	"Pacific/Honolulu": "Hawaii",
};

const ABBREVIATIONS = {
	"ACST ACDT": "Australia/Adelaide Australia/Darwin",
	"AEST AEDT": "Australia/Sydney Australia/Melbourne Australia/Brisbane Australia/Hobart",
	AKST: "America/Anchorage",
	"AST ADT": "America/Halifax America/Puerto_Rico",
	AWST: "Australia/Perth",
	BRT: "America/Sao_Paulo",
	"BST GMT": "Europe/London",
	CAT: "Africa/Maputo Africa/Harare",
	"CET CEST MEZ MESZ":
		"Europe/Berlin Europe/Paris Europe/Madrid Europe/Rome Europe/Amsterdam Europe/Brussels Europe/Vienna Europe/Zurich Europe/Stockholm Europe/Oslo Europe/Copenhagen Europe/Prague Europe/Warsaw Europe/Budapest",
	"CST CDT CT": "America/Chicago America/Winnipeg America/Mexico_City",
	EAT: "Africa/Nairobi",
	"EET EEST":
		"Europe/Athens Europe/Helsinki Europe/Kyiv Europe/Bucharest Europe/Sofia Europe/Vilnius Europe/Riga Europe/Tallinn",
	"EST EDT ET": "America/New_York America/Toronto America/Detroit",
	GMT: "UTC Africa/Accra Africa/Abidjan Atlantic/Reykjavik",
	GST: "Asia/Dubai",
	HKT: "Asia/Hong_Kong",
	HST: "Pacific/Honolulu",
	ICT: "Asia/Bangkok Asia/Ho_Chi_Minh",
	IST: "Asia/Kolkata Asia/Calcutta Asia/Jerusalem Europe/Dublin",
	JST: "Asia/Tokyo",
	KST: "Asia/Seoul",
	MSK: "Europe/Moscow",
	"MST MDT MT": "America/Denver America/Phoenix America/Edmonton",
	"NZST NZDT": "Pacific/Auckland",
	PHT: "Asia/Manila",
	PKT: "Asia/Karachi",
	"PST PDT PT": "America/Los_Angeles America/Vancouver",
	SAST: "Africa/Johannesburg",
	SGT: "Asia/Singapore",
	TRT: "Europe/Istanbul",
	WAT: "Africa/Lagos",
	WIB: "Asia/Jakarta",
	"WET WEST": "Europe/Lisbon Atlantic/Canary",
};

// Some browsers also list plain offsets, such as Etc/GMT+5. One that lists nothing gets the plain list (zone-button.js).
const CURRENT = Intl.supportedValuesOf("timeZone")
	.map(currentName)
	.filter((name) => name.includes("/") && !name.startsWith("Etc/"));

/** @type {Zone[] | null} */
let known = null;
/** Words of the server for each zone: its country, and the name of its time. @type {Record<string, string>} */
let taught = {};

/** Asks for the names of cities and countries, and returns those of cities. Without them, zones are found by their own names. */
export async function learnNames() {
	/** @type {{cities: Record<string, string>, words: Record<string, string>}} */
	const { cities, words } = await get("public.time_zones", { language: document.documentElement.lang });
	data.cities = cities;
	taught = words;
	known = null;
	return cities;
}

/**
 * The zones that match the typed text, best first. If nothing is typed, all zones, and those in `first` on top.
 * @param {string} typed @param {string[]} first
 */
export function findZones(typed, first) {
	const zones = allZones(first);
	const words = plain(typed)
		.replace(/\b(utc|gmt)(?=[+-]\d)/, "")
		.split(" ")
		.filter(Boolean);
	if (!words.length) {
		const top = first.flatMap((name) => zones.filter((zone) => zone.name === name));
		return [...new Set([...top, ...zones])];
	}
	const fitting = zones.filter((zone) => words.every((word) => zone.words.includes(` ${word}`)));
	return (
		fitting
			.map((zone) => ({ zone, rank: rank(zone, words) }))
			// If zones fit equally well, the one with the most large cities comes first: "Eastern" is New York rather than Cancún.
			.sort((one, other) => one.rank - other.rank || other.zone.nearby.length - one.zone.nearby.length)
			.map(({ zone }) => zone)
	);
}

/** How well a fitting zone fits: by its whole city, by whole words, by the beginning of its city, or otherwise. @param {Zone} zone @param {string[]} words */
function rank(zone, words) {
	const city = plain(zone.city);
	if (city === words.join(" ")) return 0;
	if (words.every((word) => `${zone.words} `.includes(` ${word} `))) return 1;
	return city.startsWith(words[0] ?? "") ? 2 : 3;
}

/** The nearby city that was searched for, or "". @param {Zone} zone @param {string} typed */
export function cityMeant(zone, typed) {
	const wanted = plain(typed);
	if (!wanted || plain(zone.city).startsWith(wanted)) return "";
	return zone.nearby.find((city) => plain(city).startsWith(wanted)) ?? "";
}

/** @param {string[]} unusual zones that the list may lack @returns {Zone[]} by offset, then city */
function allZones(unusual) {
	const zones = known ?? [...new Set(["UTC", ...CURRENT])].flatMap(described);
	known = zones;
	for (const name of unusual) {
		if (!zones.some((zone) => zone.name === name)) zones.push(...described(name));
	}
	return zones.sort((one, other) => one.offset - other.offset || one.city.localeCompare(other.city));
}

/** The entry of a zone in the list; none if this browser doesn't know it. @param {string} name @returns {Zone[]} */
function described(name) {
	const city = cityOf(name);
	try {
		const offset = offsetOf(now(), name);
		const region = name.includes("/") ? name.replace(/\/.*/, "") : "";
		const nearby = CITIES[name]?.split(", ") ?? [];
		const words = plain(
			[city, name.replace(/[/_]/g, " "), nearby.join(" "), abbreviations(name), taught[name]].join(" "),
		);
		const shown = offsetName(now(), name);
		return [{ name, city, region, nearby, offset, offsetName: shown, words: ` ${words} ${offsets(offset)}` }];
	} catch {
		return [];
	}
}

/** @param {string} name */
function abbreviations(name) {
	const lists = Object.entries(ABBREVIATIONS).filter(([, zones]) => zones.split(" ").includes(name));
	return lists.map(([names]) => names).join(" ");
}

/** The ways to write an offset: "+5:30 +05:30 +0530". @param {number} seconds */
function offsets(seconds) {
	const sign = seconds < 0 ? "-" : "+";
	const hours = Math.floor(Math.abs(seconds) / 3600);
	const minutes = String(Math.round((Math.abs(seconds) % 3600) / 60)).padStart(2, "0");
	const short = minutes === "00" ? `${sign}${hours} ` : "";
	const padded = String(hours).padStart(2, "0");
	return `${short}${sign}${hours}:${minutes} ${sign}${padded}:${minutes} ${sign}${padded}${minutes}`;
}

/** Lower case, without accents, and with a hyphen for a minus sign. @param {string} text */
function plain(text) {
	return text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("−", "-").replaceAll(".", "").toLowerCase().trim();
}
