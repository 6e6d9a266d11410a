"""`regard customers`, `regard link` and `regard events`: who they are and what they did."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regard.cli import actor, start
from regard.cli.options import HomeOption, JsonOption
from regard.cli.output import print_facts, print_json, print_table, shown
from regard.cli.wording import INSTRUMENTS, money, what_about, what_happened
from regard.errors import InputError

if TYPE_CHECKING:
    from regard.know.models import Merge
    from regard.know.queries import CustomerRow, Evidence

SAID = (
    "name",
    "given_name",
    "family_name",
    "organisation",
    "email",
    "phone",
    "birth_date",
    "postcode",
    "city",
)
RATINGS = (("last_nps", "nps"), ("last_csat", "csat-5"), ("last_ces", "ces-7"), ("last_stars", "stars-5"))

app = typer.Typer(no_args_is_help=True, help="Find, show, merge and part customers.")
KeyArgument = Annotated[str, typer.Argument(help="A customer's number, a record's key or an e-mail address.")]


@app.command()
def find(
    text: Annotated[str, typer.Argument(help="The beginning of names, an e-mail, a phone number or a key.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Find customers by name, e-mail, phone or key."""
    start(home)
    from regard.know.queries import find_customers

    found = find_customers(text, limit=limit)
    if json:
        print_json([asdict(row) for row in found])
    elif not found:
        print(f"No customer matches `{text}`.")
    else:
        print_table(
            ["key", "name", "place", "e-mail, phone"],
            [(f"C{row.id}", row.name, row.place, f"{row.email} {row.phone}".strip()) for row in found],
        )


@app.command()
def show(key: KeyArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Show who a customer is, why we think so, and what happened last."""
    start(home)
    from regard.know.queries import customer, evidence_of, identities_of, merges_of, persons_of
    from regard.ledger.queries import events_of
    from regard.understand.queries import profile

    known = customer(key)
    identities, merges = identities_of(known.id), merges_of(known.id)
    evidence, computed = evidence_of(known.id), profile(known.id)
    happened = events_of(persons_of(known.id), limit=20)
    if json:
        undoable = [
            {"id": merge.pk, "actor": merge.actor, "reason": merge.reason, "made_at": merge.made_at}
            for merge in merges
        ]
        print_json(
            {"customer": known, "identities": identities, "evidence": evidence, "merges": undoable,
             "profile": computed, "events": happened}
        )  # fmt: skip
        return
    print_facts(_who(known) | (_worth(computed) if computed else {}))
    print_table(
        ["record", "says"],
        [
            (row.person, ", ".join(value for name, value in row.fields.items() if name in SAID))
            for row in identities
        ],
        title="Known as",
    )
    if evidence:
        print_table(
            ["records", "because"], [_because(each) for each in evidence], title="Why this is one customer"
        )
    if merges:
        print_table(
            ["merge", "by", "when", "why"],
            [(str(merge.pk), merge.actor, merge.made_at, _extent(merge)) for merge in merges],
            title="Merges (`regard customers unmerge NUMBER` undoes one)",
        )
    print_table(
        ["when", "what", "about"],
        [(event["occurred_at"], what_happened(event), what_about(event)) for event in happened],
        title="Last heard" if happened else "Nothing has been heard yet.",
    )


def _who(known: "CustomerRow") -> dict[str, object]:
    kind = "" if known.kind == "person" else f" ({known.kind})"
    return {"customer": f"C{known.id} {known.name}{kind}", "e-mail": known.email, "phone": known.phone,
            "place": known.place}  # fmt: skip


def _worth(profile: dict[str, Any]) -> dict[str, object]:
    """The computed profile; what there is nothing of is left out."""
    currency = profile["currency"]
    others = [each for each in profile["currencies"] or () if each != currency]
    orders = money(profile["revenue"], currency) if profile["revenue"] else ""
    also = f", and more in {', '.join(others)}" if others else ""
    ratings = [
        INSTRUMENTS[instrument].format(profile[name])
        for name, instrument in RATINGS
        if profile[name] is not None
    ]
    return {
        "heard of": " to ".join(
            shown(profile[name]) for name in ("first_seen", "last_seen") if profile[name]
        ),
        "sources": ", ".join(profile["sources"] or ()),
        "year ahead": _ahead(profile),
        "orders": f"{profile['orders']:,} for {orders}{also}" if orders else profile["orders"] or None,
        "refunded": money(profile["refunds"], currency) if profile["refunds"] else None,
        "contacts": profile["contacts"] or None,
        "open cases": profile["open_cases"] or None,
        "promises": f"{profile['promised']:,}, {profile['broken']:,} broken" if profile["promised"] else None,
        "last said": ", ".join(ratings),
        "churned": profile["churned_at"],
    }


def _ahead(profile: dict[str, Any]) -> str:
    from regard.understand.queries import worth_ahead

    ahead = worth_ahead(profile)
    if ahead is None:
        return ""
    return (
        f"{ahead.worth:,} {ahead.currency} ({ahead.low:,} to {ahead.high:,}), "
        f"still a customer with {ahead.alive:.0%} certainty"
    )


def _extent(merge: "Merge") -> str:
    links = merge.links.count()
    return f"{merge.reason}, {links:,} links in all" if links > 1 else merge.reason


def _because(piece: "Evidence") -> tuple[str, str]:
    sure = f", {piece.probability:.1%} sure" if piece.probability is not None else ""
    return f"{piece.left} = {piece.right}", f"{piece.reason}{sure}"


@app.command()
def merge(
    left: KeyArgument,
    right: KeyArgument,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "said so",
    home: HomeOption = None,
) -> None:
    """Say that two customers are the same."""
    start(home)
    from regard.know.actions import merge_customers
    from regard.know.queries import customer

    made = merge_customers(customer(left).id, customer(right).id, actor=actor(), reason=reason)
    print(f"Merged. Undo with `regard customers unmerge {made.pk}`.")


@app.command()
def unmerge(
    merge_id: Annotated[int, typer.Argument(help="The merge's number, as `show` and `merge` print it.")],
    home: HomeOption = None,
) -> None:
    """Undo a merge; what was merged later stays."""
    start(home)
    from regard.know.actions import undo_merge

    undo_merge(merge_id, actor=actor())
    print(f"Merge {merge_id} is undone.")


def link(home: HomeOption = None, json: JsonOption = False) -> None:
    """Find records of the same person and link them; doubtful pairs go to review."""
    start(home)
    from rich.console import Console

    from regard.know.actions import link_identities, refresh_people
    from regard.know.queries import count_open_candidates

    with Console(stderr=True).status("Comparing records") as status:
        run = link_identities(actor=actor(), progress=status.update)
        status.update("Writing who is who")
        refresh_people()
    if json:
        print_json(run)
        return
    if not run.records:
        print("No record is new or changed since the last time.")
    else:
        seconds = (run.finished_at - run.started_at).total_seconds()
        print(f"{run.records:,} records compared in {seconds:.1f} s, {run.links:,} links made.")
    if run.merge_id:
        print(f"`regard customers unmerge {run.merge_id}` undoes all of them.")
    if waiting := count_open_candidates():
        print(
            f"{waiting:,} {'pair waits' if waiting == 1 else 'pairs wait'} for a person: Review, in the pages."
        )


def events(
    customer_key: Annotated[str, typer.Option("--customer", help="Only this customer's.")] = "",
    name: Annotated[list[str] | None, typer.Option(help="Only events of this name; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show what happened, newest first."""
    start(home)
    from regard.know.queries import customer, persons_of
    from regard.ledger.catalogue import CATALOGUE
    from regard.ledger.queries import events_of, newest_events

    for each in name or ():
        if each not in CATALOGUE and not each.startswith("custom."):
            raise InputError(
                f"There is no event `{each}`.", hint="docs/events.md lists them, as order.completed."
            )
    if customer_key:
        rows = events_of(persons_of(customer(customer_key).id), names=name or (), limit=limit)
    else:
        rows = newest_events(names=name or (), limit=limit)
    if json:
        print_json(rows)
    elif not rows:
        print("Nothing of the kind has happened yet.")
    else:
        print_table(
            ["when", "what", "about"],
            [
                (row["occurred_at"], what_happened(row), what_about(row, person=not customer_key))
                for row in rows
            ],
        )
