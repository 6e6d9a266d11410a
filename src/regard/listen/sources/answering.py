"""The draft of an answer: says what was understood, links, apologises where it is due, closes."""

from django.conf import settings

from regard.listen.sources.queries import Mention

PLEASED = 4  # stars
QUOTED = 120

WORDS = {
    "en": {
        "greeting": "Hello{name},", "thanks": "thank you for your kind words: “{said}”.",
        "understood": "we have read what you wrote: “{said}”.", "sorry": "We are sorry that this went wrong.",
        "help": "Please write to us here, so that we can look after it: {link}", "close": "Your team at {company}",
    },
    "de": {
        "greeting": "Hallo{name},", "thanks": "vielen Dank für die freundlichen Worte: „{said}“.",
        "understood": "wir haben gelesen, was du geschrieben hast: „{said}“.",
        "sorry": "Es tut uns leid, dass das schiefgegangen ist.",
        "help": "Bitte schreib uns hier, dann kümmern wir uns darum: {link}", "close": "Dein Team von {company}",
    },
    "fr": {
        "greeting": "Bonjour{name},", "thanks": "merci pour ces mots aimables : « {said} ».",
        "understood": "nous avons lu votre message : « {said} ».",
        "sorry": "Nous sommes désolés que cela se soit mal passé.",
        "help": "Écrivez-nous ici pour que nous puissions nous en occuper : {link}",
        "close": "Votre équipe {company}",
    },
}  # fmt: skip


def template_for(mention: Mention, *, negative: bool | None = None, language: str = "") -> str:
    """A first draft in the language of the mention; a person reads and changes it before it goes out."""
    words = WORDS.get((language or mention.language)[:2].lower(), WORDS["en"])
    pleased = mention.stars >= PLEASED if mention.stars is not None else negative is False
    said = " ".join(mention.text.split())
    said = said if len(said) <= QUOTED else f"{said[:QUOTED].rsplit(' ', 1)[0]} …"
    name = f" {mention.author}" if mention.author else ""
    link = settings.REGARD_PUBLIC_URL or "[link]"
    sorry = [words["sorry"]] if negative or (mention.stars is not None and not pleased) else []
    body = [words["thanks"]] if pleased else [words["understood"], *sorry, words["help"]]
    parts = [words["greeting"], *body, words["close"]]
    return "\n\n".join(parts).format(name=name, said=said, link=link, company=settings.REGARD_COMPANY)
