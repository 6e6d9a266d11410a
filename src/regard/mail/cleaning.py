"""HTML that may go into a letter: layout, words, links and pictures; no script, no form, nothing that loads code."""

import nh3

TAGS = {
    "a", "b", "blockquote", "br", "caption", "center", "div", "em", "h1", "h2", "h3", "h4", "hr", "i", "img",
    "li", "ol", "p", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "u", "ul",
}  # fmt: skip
EVERYWHERE = {
    "align",
    "aria-label",
    "bgcolor",
    "dir",
    "height",
    "lang",
    "role",
    "style",
    "title",
    "valign",
    "width",
}
ATTRIBUTES = {
    "*": EVERYWHERE,
    "a": {"href"},
    "img": {"src", "alt"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
STYLES = {
    "background-color", "border", "border-collapse", "border-color", "border-radius", "border-spacing",
    "border-style", "border-width", "color", "direction", "display", "font-family", "font-size", "font-style",
    "font-weight", "height", "letter-spacing", "line-height", "margin", "margin-bottom", "margin-left",
    "margin-right", "margin-top", "max-width", "min-width", "padding", "padding-bottom", "padding-left",
    "padding-right", "padding-top", "text-align", "text-decoration", "vertical-align", "white-space", "width",
}  # fmt: skip


def clean_html(html: str) -> str:
    """What is left of HTML when everything that a letter does not need is taken out."""
    if not html:
        return ""
    return nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags={"script", "style", "title"},
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        filter_style_properties=STYLES,
    )
