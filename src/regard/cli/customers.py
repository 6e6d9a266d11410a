"""`regard customers`, `regard link` and `regard events`: who they are and what they did."""

from dataclasses import asdict
from typing import Annotated

import typer

from regard.cli import actor, start
from regard.cli.options import HomeOption, JsonOption
from regard.cli.output import print_facts, print_json, print_table

app = typer.Typer(no_args_is_help=True, help="Find, show, merge and part customers.")
KeyArgument = Annotated[str, typer.Argument(help="A customer's number, a record's key or an e-mail address.")]


@app.command()
def find(
    text: Annotated[str, typer.Argument(help="The beginning of names, an e-mail, a phone number or a key.")],
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
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
            ["key", "name", "e-mail", "phone", "place"],
            [(f"C{row.id}", row.name, row.email, row.phone, row.place) for row in found],
        )


@app.command()
def show(key: KeyArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Show who a customer is, why we think so, and what happened last."""
    start(home)
    from regard.know.queries import customer, evidence_of, identities_of, persons_of
    from regard.ledger.queries import events_of
    from regard.understand.queries import profile

    known = customer(key)
    identities = identities_of(known.id)
    events = events_of(persons_of(known.id), limit=20)
    computed = profile(known.id)
    if json:
        print_json(
            {
                "customer": known,
                "identities": identities,
                "evidence": evidence_of(known.id),
                "profile": computed,
                "events": events,
            }
        )
        return
    print_facts({"customer": f"C{known.id}", "name": known.name, "e-mail": known.email, "phone": known.phone})
    print_table(["record", "source"], [(row.person, row.source) for row in identities], title="\nKnown as")
    if computed:
        print_facts({name: value for name, value in computed.items() if value not in (None, "", 0)})
    print_table(
        ["when", "what", "source", "words"],
        [
            (event["occurred_at"], event["name"], event["source"], (event["text"] or "")[:80])
            for event in events
        ],
        title="\nLast heard",
    )


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

    with Console(stderr=True).status("Comparing records"):
        run = link_identities(actor=actor())
        refresh_people()
    if json:
        print_json(run)
    else:
        print_facts(asdict(run))


def events(
    customer_key: Annotated[str, typer.Option("--customer", help="Only this customer's.")] = "",
    name: Annotated[list[str] | None, typer.Option(help="Only events of this name; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show what happened, newest first."""
    start(home)
    from regard.know.queries import customer, persons_of
    from regard.ledger.queries import events_of, newest_events

    if customer_key:
        rows = events_of(persons_of(customer(customer_key).id), names=name or (), limit=limit)
    else:
        rows = newest_events(names=name or (), limit=limit)
    if json:
        print_json(rows)
    else:
        print_table(
            ["when", "what", "person", "amount", "score", "words"],
            [
                (
                    row["occurred_at"],
                    row["name"],
                    row["person"],
                    row["amount"],
                    row["score"],
                    (row["text"] or "")[:60],
                )
                for row in rows
            ],
        )
