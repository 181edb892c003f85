"""The drawing surface: a matplotlib figure that becomes accessible, themeable, self-contained SVG.

Role: one look for every chart; colours are named, and the SVG refers to them as CSS variables so that the page can
change between light, dark and print. One unit is one CSS pixel.
Must not know: what a chart shows.
"""

import hashlib
import io
import re
import threading
import warnings
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

PALETTE = {
    "ink": "#17212b",
    "muted": "#5d6b78",
    "rule": "#dfe5ea",
    "paper": "#fefefe",
    "water": "#0f5e8c",
    "water-2": "#8fbcd8",
    "water-3": "#d2e5f1",
    "history": "#4a5763",
    "sunk": "#aab4bd",
    "warn": "#b7791f",
    "bad": "#b3261e",
    "good": "#2f7d4f",
    "c1": "#0e5d8b",
    "c2": "#d08a1d",
    "c3": "#4f8f5b",
    "c4": "#8a5a9e",
    "c5": "#c0504d",
    "c6": "#3c8f95",
    "c7": "#8c6d46",
    "c8": "#98a4ae",
}
"""Light values of the named colours; the page's style sheet gives the dark ones under the same names."""
STEPS = [1, 2, 2.5, 5, 10]
"""Steps of axis ticks that a reader can add up."""
SERIES = ("c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8")

_STYLE = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": PALETTE["sunk"],
    "axes.labelcolor": PALETTE["muted"],
    "axes.labelsize": 11,
    "xtick.color": PALETTE["sunk"],
    "ytick.color": PALETTE["sunk"],
    "xtick.labelcolor": PALETTE["muted"],
    "ytick.labelcolor": PALETTE["muted"],
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": PALETTE["rule"],
    "grid.linewidth": 1,
    "axes.axisbelow": True,
    "text.color": PALETTE["ink"],
    "lines.solid_capstyle": "round",
    "hatch.linewidth": 1,
}
_POINTS_PER_INCH = 72
_drawing = threading.Lock()  # matplotlib's settings are global to the process


def color(name: str) -> str:
    """The hexadecimal value matplotlib draws a named colour with."""
    return PALETTE[name]


def tip(text: str) -> str:
    """An artist's gid that becomes a native tooltip: `artist.set_gid(tip("…"))`."""
    return f"tip:{text}"


def draw(
    paint: Callable[[Figure], Any], *, key: str, title: str, description: str, size: tuple[int, int], synthetic: bool
) -> Markup:
    """Run `paint` on an empty figure of `size` pixels and return inline SVG.

    `key` must be unique on the page: ids inside the SVG derive from it, so the same input gives the same bytes.
    `title` and `description` are read out instead of the picture. Synthetic data is said in the picture itself.
    """
    buffer = io.StringIO()
    width, height = size
    with _drawing, mpl.rc_context({**_STYLE, "svg.hashsalt": key}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(width / _POINTS_PER_INCH, height / _POINTS_PER_INCH))
        FigureCanvasSVG(figure)
        figure.patch.set_visible(False)
        paint(figure)
        for axes in figure.axes:
            axes.patch.set_visible(False)
        if synthetic:
            figure.text(0.5, 1 - 2 / height, "SYNTHETIC", color=color("warn"), fontsize=9, ha="center", va="top")
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Type": None, "Format": None})
    return _inline(buffer.getvalue(), key, title, description, size)


def axes_at(figure: Figure, left: float, top: float, right: float, bottom: float) -> Axes:
    """Axes placed by pixel margins from the figure's edges."""
    width, height = figure.get_size_inches() * _POINTS_PER_INCH
    box = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    return figure.add_axes(box)


_NUMBER = re.compile(r"(\d+\.\d)\d+")
_FAMILY = re.compile(r"font-family: [^;\"]*;? ?")
_UNTURNED = re.compile(r' transform="rotate\(-?0 [^)]*\)"')
_GROUP = re.compile(r"<g id=(\"[^\"]*\"|'[^']*')")


def _inline(svg: str, key: str, title: str, description: str, size: tuple[int, int]) -> Markup:
    mark = "c" + hashlib.sha256(key.encode()).hexdigest()[:10]
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    body = body[body.index(">") + 1 :]
    body = re.sub(r' d="([^"]*)"', lambda path: f' d="{_short(path.group(1))}"', body)
    body = re.sub(r' points="([^"]*)"', lambda path: f' points="{_short(path.group(1))}"', body)
    body = _GROUP.sub(_named_or_bare, body)
    body = _UNTURNED.sub("", _FAMILY.sub("", body))
    for name, value in PALETTE.items():
        body = body.replace(f": {value}", f": var(--{name})").replace(f'"{value}"', f'"var(--{name})"')
    body = re.sub(r">\s+<", "><", body)
    head = (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {size[0]} {size[1]}" role="img" aria-labelledby="{mark}-t {mark}-d">'
        f'<title id="{mark}-t">{escape(title)}</title><desc id="{mark}-d">{escape(description)}</desc>'
    )
    return Markup(head + body)  # noqa: S704 - matplotlib escapes what it writes; title and description are escaped here


def _short(path: str) -> str:
    return _NUMBER.sub(r"\1", " ".join(path.split())).replace(".0 ", " ")


def _named_or_bare(group: re.Match[str]) -> str:
    name = group.group(1)[1:-1]
    return f"<g><title>{name.removeprefix('tip:')}</title" if name.startswith("tip:") else "<g"
