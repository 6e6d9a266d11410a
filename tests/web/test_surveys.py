"""The staff's pages about surveys."""

from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import timezone

from regard.access.models import User
from regard.listen.surveys import actions
from regard.listen.surveys.models import Invitation, Survey
from tests.listen.surveys.conftest import link, survey_of
from tests.web.test_safety import suspicious

pytestmark = pytest.mark.django_db
NOON = timezone.now().replace(hour=12, minute=0) - timedelta(days=1)
HOSTILE = "=HYPERLINK(1) <script>alert(1)</script>"


class _Form(HTMLParser):
    """What a browser would send of the builder's form without script."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}
        self.inside, self.select = False, ""

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in given}
        if tag == "form":
            self.inside = has.get("id") == "builder"
        name = has.get("name", "")
        ticked = has.get("type") != "checkbox" or "checked" in has
        if self.inside and tag == "input" and ticked:
            self.said[name] = has.get("value", "")
        elif self.inside and tag == "select":
            self.select = name
        elif self.inside and tag == "option" and ("selected" in has or self.select not in self.said):
            self.said[self.select] = has.get("value", "")


def form_of(page: str) -> dict[str, str]:
    form = _Form()
    form.feed(page)
    return form.said


def answered(survey: Survey, count: int, **more: object) -> None:
    for n in range(count):
        found = actions.invite(f"shop:{survey.pk}-{n}", survey, via="email", actor="test", at=NOON)
        assert isinstance(found, Invitation)
        lead = next(iter(survey.draft["questions"]))["key"]
        actions.answer(link(found), {lead: 4 + n % 2, **more}, language="en", at=timezone.now())


def test_a_survey_is_made_from_a_template_published_and_answered(as_: Callable[[str], Client]) -> None:
    ada = as_("ada")
    page = ada.post("/surveys/new", {"template": "nps"}, follow=True).content.decode()
    survey = Survey.objects.get()
    assert "Publish and take answers" in page
    ada.post(f"/surveys/{survey.slug}/state", {"do": "publish"})
    answered(Survey.objects.get(), 12, why=HOSTILE)
    page = ada.get(f"/surveys/{survey.slug}?by=channel").content.decode()
    assert suspicious(page) == []
    assert "100.0\u00a0%" in page
    assert "&lt;script&gt;alert(1)" in page
    assert f"/surveys/{survey.slug}" in ada.get("/surveys").content.decode()


def test_the_export_has_one_row_an_answer_and_runs_nothing(as_: Callable[[str], Client]) -> None:
    survey = survey_of("nps")
    answered(survey, 2, why=HOSTILE)
    rows = (
        b"".join(as_("ana").get(f"/surveys/{survey.slug}/answers.csv").streaming_content)
        .decode()
        .splitlines()
    )
    assert len(rows) == 5
    assert sum("'=HYPERLINK" in row for row in rows) == 2


def test_an_anonymous_survey_shows_nothing_below_five(as_: Callable[[str], Client]) -> None:
    survey = survey_of("pulse")
    answered(survey, 4, obstacle="Noise in room 7")
    address = f"/surveys/{survey.slug}"
    for text in (
        as_("ada").get(address).content.decode(),
        b"".join(as_("ada").get(f"{address}/answers.csv").streaming_content).decode(),
    ):
        assert "Noise" not in text
        assert "shop:" not in text
    extra = actions.invite("shop:five", survey, via="email", actor="test", at=NOON)
    assert isinstance(extra, Invitation)
    actions.answer(link(extra), {"week": 3}, language="de", at=timezone.now())
    page = as_("ada").get(f"{address}?by=language").content.decode()
    assert "Noise in room 7" in page
    assert "shop:" not in page
    assert '<th scope="row">de</th>' not in page
    assert '<th scope="row">en</th>' not in page  # it would tell what the one in German said


def test_changed_words_break_the_line_unless_said_to_mean_the_same(as_: Callable[[str], Client]) -> None:
    survey = survey_of("nps")
    for words, same, line in (
        ("How likely are you to reccomend us?", "", 2),
        ("How likely are you to recommend us?", "1", 2),
    ):
        draft = Survey.objects.get().draft
        draft["questions"][0]["text"]["en"] = words
        actions.save_draft(survey.pk, draft, actor="ada")
        as_("ada").post(
            f"/surveys/{survey.slug}/state", {"do": "publish"} | ({"same_meaning": same} if same else {})
        )
        assert survey.versions.order_by("-number")[0].series == line
    answered(Survey.objects.get(), 1)
    assert "The line breaks at version 2" in as_("ada").get(f"/surveys/{survey.slug}").content.decode()


def test_warnings_name_what_will_go_wrong(as_: Callable[[str], Client], cast: dict[str, User]) -> None:
    survey = survey_of("key-account")
    given = {"name": "Key accounts", "expected_answers": 50, "hoped_change": 5, "link_days": 30, "low-nps": 6}
    client = as_("ada")
    client.post(f"/surveys/{survey.slug}/change", given)
    page = client.get(f"/surveys/{survey.slug}").content.decode()
    for words in ("Nobody is named", "It is long", "With 50 answers a month"):
        assert words in page
    client.post(f"/surveys/{survey.slug}/change", given | {"owner": cast["max"].pk, "hoped_change": 80})
    page = client.get(f"/surveys/{survey.slug}").content.decode()
    assert "Nobody is named" not in page
    assert "With 50 answers" not in page


def test_the_builder_changes_words_order_and_languages_and_refuses_what_cannot_be_asked(
    as_: Callable[[str], Client],
) -> None:
    survey = survey_of("nps")
    ada, address = as_("ada"), f"/surveys/{survey.slug}/build"
    page = ada.get(address).content.decode()
    assert suspicious(page) == []
    assert "ask-frame-phone" in page
    ada.post(
        address,
        {"q.nps.text:en": "Would you tell a friend?", "do": "add:choice", "languages": "en, de, es"},
    )
    draft = Survey.objects.get().draft
    assert draft["questions"][0]["text"] | {"de": ""} == {
        "en": "Would you tell a friend?",
        "de": "",
        "es": "Would you tell a friend?",
    }
    assert draft["questions"][-1]["kind"] == "choice"
    refused = ada.post(address, {"do": "up:why"})
    assert refused.status_code == 400  # it looks back at the score, which would come after it
    assert "asked before it" in refused.content.decode()
    assert Survey.objects.get().draft == draft
    assert ada.post(address, {"do": "up:choice"}).status_code == 302
    assert [each["key"] for each in Survey.objects.get().draft["questions"]] == [
        "nps",
        "why",
        "choice",
        "contact",
    ]


def test_a_preview_shows_the_form_as_it_stands_and_keeps_nothing(as_: Callable[[str], Client]) -> None:
    survey = survey_of("nps")
    given = {"q.why.text:ar": "<i>x</i>", "show": "why", "show_language": "ar"}
    page = as_("ada").post(f"/surveys/{survey.slug}/preview", given).content.decode()
    assert 'dir="rtl"' in page
    assert "&lt;i&gt;x&lt;/i&gt;" in page
    assert Survey.objects.get().draft == survey.draft


@pytest.mark.parametrize("template", ["key-account", "csat", "churn", "pulse"])
def test_the_builders_form_sent_back_unchanged_changes_nothing(
    as_: Callable[[str], Client], template: str
) -> None:
    survey = survey_of(template)
    given = form_of(as_("ada").get(f"/surveys/{survey.slug}/build").content.decode())
    answer = as_("ada").post(
        f"/surveys/{survey.slug}/preview", given | {"show": survey.draft["questions"][1]["key"]}
    )
    assert answer.status_code == 200, answer.content.decode()
    assert as_("ada").post(f"/surveys/{survey.slug}/build", given).status_code == 302
    assert Survey.objects.get().draft == survey.draft


def test_the_builder_adds_moves_and_removes_options_and_says_what_must_be_answered(
    as_: Callable[[str], Client],
) -> None:
    survey = survey_of("churn")
    ada, address = as_("ada"), f"/surveys/{survey.slug}/build"

    def options() -> list[str]:
        return [each["key"] for each in Survey.objects.get().draft["questions"][0]["options"]]

    before = options()
    form = form_of(ada.get(address).content.decode())
    assert form["q.reason.required"] == form["q.reason.options.other.free"] == "yes"
    ada.post(address, form | {"do": "add:reason:options"})
    assert options() == [*before, "option"]
    ada.post(
        address, form | {"do": "up:reason:options:option", "q.reason.options.option.text:en": "Delivery"}
    )
    assert options()[-2:] == ["option", "other"]
    ada.post(address, {"do": "remove:reason:options:look", "q.reason.required": "", "q.reason.many": ""})
    assert "look" not in options()
    made = Survey.objects.get().draft["questions"][0]
    assert not made.get("required")
    assert not made.get("many")
    refused = ada.post(address, {"do": "remove:reason:options:price"})
    assert refused.status_code == 400  # a later question is asked of those who chose it
    assert "does not offer" in refused.content.decode()


def test_the_builder_makes_conditions_from_earlier_questions_and_their_answers(
    as_: Callable[[str], Client],
) -> None:
    survey = survey_of("csat")
    ada, address = as_("ada"), f"/surveys/{survey.slug}/build"

    def condition(place: int) -> object:
        return Survey.objects.get().draft["questions"][place].get("show_if")

    page = ada.get(address).content.decode()
    assert '"if"' not in page  # no JSON to edit
    ada.post(address, {"do": "add:contact:if", "q.contact.new_if": "settled"})
    ada.post(address, {"q.contact.if.0.what": "score", "q.contact.if.0.low": "1", "q.contact.if.0.high": "3",
                       "q.contact.if.1.what": "not-chose:yes", "q.contact.joined": "any"})  # fmt: skip
    low = {"if": "score", "question": "csat", "low": 1, "high": 3}
    unsettled = {"if": "not", "of": {"if": "chose", "question": "settled", "option": "yes"}}
    assert condition(3) == {"if": "any", "of": [low, unsettled]}
    ada.post(address, {"do": "remove:contact:if:1"})
    assert condition(3) == low
    ada.post(address, {"do": "remove:contact:if:0"})
    assert condition(3) is None
    assert (
        ada.post(address, {"do": "add:csat:if", "q.csat.new_if": "why"}).status_code == 400
    )  # it comes later


def test_the_builder_words_a_follow_up_by_score(as_: Callable[[str], Client]) -> None:
    survey = survey_of("csat")
    ada, address = as_("ada"), f"/surveys/{survey.slug}/build"
    ada.post(address, {"do": "add:why:by_score"})
    words = {f"q.why.by_score.1.text:{each}": "What was good?" for each in ("en", "de", "fr")}
    ada.post(address, words | {"q.why.by_score.1.low": "5", "q.why.by_score.1.high": "5"})
    worded = Survey.objects.get().draft["questions"][2]["by_score"]
    assert (worded[1]["low"], worded[1]["high"], worded[1]["text"]["de"]) == (5, 5, "What was good?")
    ada.post(address, {"do": "remove:why:by_score:0"})
    assert len(Survey.objects.get().draft["questions"][2]["by_score"]) == 1
    ada.post(address, {"q.why.about": ""})
    assert "by_score" not in Survey.objects.get().draft["questions"][2]


def test_a_condition_built_elsewhere_is_shown_in_words_and_kept_until_it_is_cleared(
    as_: Callable[[str], Client],
) -> None:
    survey = survey_of("csat")
    low = {"if": "score", "question": "csat", "low": 1, "high": 2}
    nested = {"if": "any", "of": [low, {"if": "all", "of": [{"if": "answered", "question": "settled"}, low]}]}
    survey.draft["questions"][3]["show_if"] = nested
    survey.save()
    ada, address = as_("ada"), f"/surveys/{survey.slug}/build"
    page = ada.get(address).content.decode()
    assert "csat was scored 1 to 2 or (settled was answered and csat was scored 1 to 2)" in page
    ada.post(address, form_of(page))
    assert Survey.objects.get().draft["questions"][3]["show_if"] == nested
    ada.post(address, {"do": "clear:contact:if:all"})
    assert "show_if" not in Survey.objects.get().draft["questions"][3]


def test_a_personal_link_is_ended_from_the_list_of_invitations(as_: Callable[[str], Client]) -> None:
    survey = survey_of("nps")
    answered(survey, 1)
    asked = actions.invite("shop:<b>", survey, via="email", actor="test", at=NOON)
    assert isinstance(asked, Invitation)
    ada, address = as_("ada"), f"/surveys/{survey.slug}/invitations"
    page = ada.get(address).content.decode()
    assert suspicious(page) == []
    assert page.count("End the link") == 2
    for each in survey.invitations.all():
        assert as_("ana").post(f"{address}/{each.pk}/revoke").status_code == 403
        assert Client().get(f"/s/{link(each)}").status_code == 200
        ada.post(f"{address}/{each.pk}/revoke")
        assert Client().get(f"/s/{link(each)}").status_code != 200
    assert sorted(survey.invitations.values_list("state", flat=True)) == ["answered", "revoked"]
    assert "End the link" not in ada.get(address).content.decode()
    assert "shop:" not in ada.get(f"{address}?q=crm").content.decode()
    other = survey_of("csat")
    assert ada.post(f"/surveys/{other.slug}/invitations/{asked.pk}/revoke").status_code == 404
    assert survey.changes.filter(what__startswith="revoked").count() == 2


def test_of_an_anonymous_survey_no_invitation_is_listed(as_: Callable[[str], Client]) -> None:
    survey = survey_of("pulse")
    answered(survey, 1)
    page = as_("ada").get(f"/surveys/{survey.slug}/invitations").content.decode()
    assert "Nobody is named" in page
    assert "shop:" not in page
    number = survey.invitations.get().pk
    assert as_("ada").post(f"/surveys/{survey.slug}/invitations/{number}/revoke").status_code == 404
