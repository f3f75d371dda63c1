"""Which files of public/ a script loads."""

import re
from pathlib import Path

import scheduler_integration

PUBLIC = Path(scheduler_integration.__file__).parent / "public"
# The bundles of the public pages and of /scheduling, by the names that pages give them.
SCRIPTS = {path.name.split(".")[0].removeprefix("scheduling_"): path for path in PUBLIC.glob("bundles/*.js")}

# JSDoc imports types in the same way as scripts.
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
_STATIC = re.compile(r"""^(?:import|export)\b(?:[^;"'()]*?\bfrom)?\s*["'](\.[^"']+)["']""", re.MULTILINE)
_DYNAMIC = re.compile(r"""\bimport\(\s*["'](\.[^"']+)["']\s*\)""")


def scripts_of(bundle: str, *, later: bool = True) -> set[str]:
	"""Return the scripts that a bundle loads, with those that it imports `later`, as paths in public/."""
	known: set[Path] = set()
	waiting = [SCRIPTS[bundle]]
	while waiting:
		path = waiting.pop().resolve()
		if path in known:
			continue
		known.add(path)
		source = _COMMENT.sub("", path.read_text(encoding="utf-8"))
		names = _STATIC.findall(source) + (_DYNAMIC.findall(source) if later else [])
		waiting += [path.parent / name for name in names]
	return {path.relative_to(PUBLIC.resolve()).as_posix() for path in known}
