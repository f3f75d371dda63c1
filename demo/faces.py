"""Draws the portraits of the demo's hosts: nobody's photograph, and the same each time."""

from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageDraw

_SIDE = 640


class Face(NamedTuple):
	"""Colours of a portrait. `hair` falls to the shoulders if it is `long`. `glasses`: the person wears some."""

	ground: str
	skin: str
	shade: str
	hair: str
	clothes: str
	long: bool = False
	glasses: bool = False


def portrait(face: Face) -> bytes:
	"""Return the portrait as a PNG file."""
	image = Image.new("RGB", (_SIDE, _SIDE), face.ground)
	draw = ImageDraw.Draw(image)
	if face.long:
		draw.rounded_rectangle((172, 130, 468, 500), 140, face.hair)
	# Shoulders, neck and the shadow of the chin.
	draw.ellipse((90, 470, 550, 900), face.clothes)
	draw.polygon(((262, 470), (378, 470), (320, 560)), face.skin)
	draw.rounded_rectangle((262, 390, 378, 500), 40, face.skin)
	draw.chord((262, 380, 378, 470), 0, 180, face.shade)
	# Ears and head.
	for left in (178, 426):
		draw.ellipse((left, 270, left + 36, 340), face.shade if not face.long else face.hair)
	draw.rounded_rectangle((196, 150, 444, 448), 120, face.skin)
	# The hair, with a parting on one side.
	draw.pieslice((184, 96, 456, 360), 180, 360, face.hair)
	draw.polygon(((186, 222), (456, 222), (450, 260), (330, 226), (200, 276)), face.hair)
	for middle in (266, 374):
		draw.arc((middle - 30, 268, middle + 30, 310), 205, 335, face.hair, 9)
		draw.ellipse((middle - 13, 296, middle + 13, 322), "#20242c")
		if face.glasses:
			draw.ellipse((middle - 42, 268, middle + 42, 352), outline="#20242c", width=8)
	if face.glasses:
		draw.line((308, 306, 332, 306), "#20242c", 8)
	draw.arc((300, 318, 340, 362), 30, 150, face.shade, 8)
	draw.chord((272, 350, 368, 416), 10, 170, "#ffffff")
	written = BytesIO()
	image.resize((_SIDE // 2, _SIDE // 2), Image.Resampling.LANCZOS).save(written, "PNG", optimize=True)
	return written.getvalue()
