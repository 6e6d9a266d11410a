"""The words of a message: its plain text, and apart from them what it quotes."""

import html
import re
from email.message import Message

import nh3

# Whoever writes to us chooses these texts: no pattern may look again and again at what it has passed.
_BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/blockquote)\b[^<>]{0,500}>", re.IGNORECASE)
_QUOTE_OPENS = re.compile(
    r"<blockquote\b[^<>]{0,1000}>|<div[^<>]{0,1000}class=\"?gmail_quote[^<>]{0,1000}>", re.IGNORECASE
)
_TAGS = re.compile(r"</?(?!(?:script|style|head|title)\b)[a-z][^<>]{0,2000}>", re.IGNORECASE)
MOST_TAGS = 5000  # for more the cleaner takes a time that grows with the square of how deep they stand
_CUT = re.compile(
    r"^[^\S\n]*(?:"
    r"(?:On|Am|Le|El|Il|Em|Op)\b.{4,200}"
    r"(?:wrote|schrieb(?:\s.{0,80})?|a écrit|escribió|ha scritto|escreveu|schreef.{0,80})\s*:"
    r"|-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Message d'origine"
    r"|Forwarded message|Weitergeleitete Nachricht)\b.*"
    r"|(?:From|Von|De)\s{0,3}:.{3,200}\n\s{0,9}(?:Sent|Gesendet|Envoyé|Date|Datum|To|An|À)\s{0,3}:.*"
    r"|_{20,}\s*$"
    r")",
    re.MULTILINE | re.IGNORECASE,
)
_TWO_LINES = re.compile(
    r"^((?:On|Am|Le|El|Il)\b[^\n]{4,120})\n"
    r"([^\n]{0,120}(?:wrote|schrieb|a écrit|escribió|ha scritto)[^\n]{0,60}:)$",
    re.MULTILINE,
)


def plain_text(message: Message) -> str:
    """The text of a message; of one that is only HTML, its words."""
    written = ""
    formatted = ""
    for part in message.walk():
        if part.is_multipart() or part.get_filename() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain":
            written += _content(part) + "\n"
        elif kind == "text/html" and not formatted:
            formatted = _content(part)
    text = written if written.strip() else words_of_html(formatted)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def part_quoted(text: str) -> tuple[str, str]:
    """What the sender wrote, and what is quoted from earlier messages."""
    joined = _TWO_LINES.sub(r"\1 \2", text)
    cut = _CUT.search(joined)
    own, quoted = (joined[: cut.start()], joined[cut.start() :]) if cut else (joined, "")
    kept: list[str] = []
    taken: list[str] = []
    for line in own.split("\n"):
        (taken if line.lstrip().startswith(">") else kept).append(line)
    own = "\n".join(kept).strip()
    quoted = "\n".join([*taken, quoted]).strip()
    return own, quoted


def words_of_html(source: str) -> str:
    """HTML as its words, line breaks kept, quotations marked as in plain mail."""
    marked = _QUOTE_OPENS.sub("\n-- Original Message\n", source)
    broken = _BREAKS.sub("\n", " ".join(marked.replace("\n-- Original Message\n", "\x02").split()))
    if broken.count("<") > MOST_TAGS:
        broken = _TAGS.sub(" ", broken)
    bare = nh3.clean(broken.replace("\x02", "\n-- Original Message --\n"), tags=set(),
                     clean_content_tags={"script", "style", "head", "title"})  # fmt: skip
    text = html.unescape(bare).replace("\u00a0", " ")
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" ?\n ?", "\n", re.sub(r"[ \t]+", " ", text))).strip()


def _content(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return str(part.get_payload())
    charset = part.get_content_charset() or "utf-8"
    try:
        return data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("cp1252", "replace")
