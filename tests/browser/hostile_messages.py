"""Messages that no page of ours sends, or that only the right window may send."""

LONG = "x" * 100_000

HOSTILE = [
	None,
	42,
	"hello",
	[],
	[{"scheduler": "hello"}],
	{},
	{"scheduler": None},
	{"scheduler": 7},
	{"scheduler": ["hello"]},
	{"scheduler": "toString"},
	{"scheduler": "__proto__", "detail": {"height": 900}},
	{"scheduler": "constructor", "detail": {"page": "x"}},
	{"scheduler": "open"},
	{"scheduler": "fill", "prefill": {"name": "Mallory"}},
	{"scheduler": "navigate", "detail": {"url": "javascript:alert(1)"}},
	{"scheduler": "height"},
	{"scheduler": "height", "detail": None},
	{"scheduler": "height", "detail": {"height": "900px"}},
	{"scheduler": "height", "detail": {"height": -5}},
	{"scheduler": "height", "detail": {"height": 1e9}},
	{"scheduler": "height", "detail": {"height": {"valueOf": 900}}},
	{"scheduler": "height", "detail": {"height": [900]}},
	{"scheduler": "hello", "prefill": "name=Mallory"},
	{"scheduler": "hello", "prefill": 5},
	{"scheduler": "hello", "prefill": {"__proto__": "x", "constructor": "x", "toString": "x"}},
	{
		"scheduler": "hello",
		"prefill": {"attendee_name": "Mallory", "csrf_token": "x", "website": "http://x", "start": "x"},
	},
	{"scheduler": "hello", "prefill": {"name": {"a": 1}, "email": None, "notes": [[["x"]]], "guests": {"length": 3}}},
	{"scheduler": "hello", "prefill": {LONG: LONG}},
	{"scheduler": "here"},
	{"scheduler": "booked", "detail": {"reference": "x"}},
	{"scheduler": LONG, "detail": LONG},
]

# Right words, but only the website itself may say them.
OF_THE_WEBSITE = {"scheduler": "hello", "prefill": {"name": "Mallory", "email": "mallory@evil.example"}}
