"""What differs between two wordings of a survey, and whether their answers can still be one line."""

from typing import Any, Literal

import msgspec

from regard.listen.surveys.questions import Definition, plain

Kind = Literal["nothing", "translation", "wording", "meaning"]


class Difference(msgspec.Struct, frozen=True):
    """`wording` may be declared the same in meaning by whoever mended a typo; `meaning` may not."""

    kind: Kind
    sentence: str

    def breaks(self, *, same_meaning: bool) -> bool:
        """Whether a new line begins."""
        return self.kind == "meaning" or (self.kind == "wording" and not same_meaning)


def difference(old: Definition, new: Definition) -> Difference:
    """How a new definition differs from the one before it."""
    if old == new:
        return Difference("nothing", "nothing changed")
    if _bones(old) != _bones(new):
        return Difference("meaning", f"questions, scales or conditions changed{_which(old, new)}")
    kept = [each for each in old.languages if each in new.languages]
    if _texts(old, kept) != _texts(new, kept):
        return Difference("wording", f"wording changed{_which(old, new)}")
    return Difference("translation", "only other languages changed")


def _bones(definition: Definition) -> Any:
    """The definition without its texts: keys, kinds, scales, options, order and conditions."""
    return _without(plain(definition)["questions"])


def _without(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _without(value) for key, value in part.items() if key not in ("text", "hint", "labels")}
    return [_without(each) for each in part] if isinstance(part, list | tuple) else part


def _texts(definition: Definition, languages: list[str]) -> Any:
    """What the questions say in some languages; title, introduction and thanks measure nothing."""
    return _only(plain(definition)["questions"], languages)


def _only(part: Any, languages: list[str]) -> Any:
    if isinstance(part, dict):
        return {
            key: {each: value.get(each) for each in languages}
            if key in ("text", "hint", "labels")
            else _only(value, languages)
            for key, value in part.items()
        }
    return [_only(each, languages) for each in part] if isinstance(part, list | tuple) else part


def _which(old: Definition, new: Definition) -> str:
    before = {each.key: each for each in old.questions}
    after = {each.key: each for each in new.questions}
    touched = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return f" ({', '.join(touched[:6])})" if touched else ""
