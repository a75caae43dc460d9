"""Builds the icon sprite from an unpacked npm package (maintainers only).

``npm pack @tabler/icons@VERSION``, unpack it, then
``python deploy/icon_sprite.py PACKAGE_DIRECTORY static/vendor/tabler-icons-VERSION``.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
OUTLINE = 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
FILLED = 'fill="currentColor"'


def wanted_icons(listing: str) -> list[tuple[str, str]]:
    """Pairs of (id in the sprite, name of the drawing) from the text of icons.txt."""
    lines = [line.split() for line in listing.splitlines() if line.strip() and not line.startswith("#")]
    return [(words[0], words[-1]) for words in lines]


def paths_of(drawing: Path) -> str:
    """The path data of one drawing, without the invisible bounding square."""
    # An icon of a package we chose, at a maintainer's desk.
    shapes = ElementTree.parse(drawing).getroot().findall(f"{SVG}path")  # noqa: S314
    return "".join(f'<path d="{shape.get("d")}"/>' for shape in shapes if shape.get("stroke") != "none")


def symbol(identifier: str, source: str, package: Path) -> str:
    is_filled = source.endswith("-filled")
    folder, paint = ("filled", FILLED) if is_filled else ("outline", OUTLINE)
    drawing = package / "icons" / folder / f"{source.removesuffix('-filled')}.svg"
    return f'<symbol id="{identifier}" viewBox="0 0 24 24" {paint}>{paths_of(drawing)}</symbol>'


def main() -> None:
    package, target = Path(sys.argv[1]), Path(sys.argv[2])
    icons = wanted_icons((target / "icons.txt").read_text())
    symbols = "\n".join(symbol(identifier, source, package) for identifier, source in icons)
    (target / "sprite.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n')


if __name__ == "__main__":
    main()
