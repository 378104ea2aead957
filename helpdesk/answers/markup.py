"""An article's Markdown as HTML that is safe to show: made by one library, cleaned by another."""

import re

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {
    *("p", "br", "hr", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h3", "h4", "h5", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_HEADING = re.compile(r"<(/?)h([1-6])>")
LONGEST_LEAD = 320


def to_html(markdown: str) -> Markup:
    """Return Markdown as safe markup. Its headings go below the section's own: ``#`` becomes ``h3``. No pictures, no raw HTML."""
    made = _HEADING.sub(lambda found: f"<{found[1]}h{min(5, int(found[2]) + 2)}>", _MARKDOWN.render(markdown))
    cleaned = nh3.clean(made, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener")
    return Markup(cleaned)


def lead_of(plain: str) -> str:
    """Return the first paragraph of a text without signs, cut after a whole sentence when it is long."""
    first = next((line.strip() for line in plain.splitlines() if line.strip()), "")
    if len(first) <= LONGEST_LEAD:
        return first
    cut = first[:LONGEST_LEAD]
    ends = [found.end() for found in re.finditer(r"[.!?](?= )", cut)]
    return cut[: ends[-1]] if ends else f"{cut.rsplit(' ', 1)[0]} …"
