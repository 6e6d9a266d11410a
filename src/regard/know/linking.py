"""The linkage job: compare records by their evidence, link the sure pairs, put the doubtful to people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction
from django.utils import timezone

from regard.errors import InputError
from regard.know import store
from regard.know.fields import FIELDS
from regard.know.intake import read_documents, tabulate
from regard.know.linkage import NAMES_ONLY, Model, link_records
from regard.know.models import Candidate, Identity, Link, LinkageRun, Merge
from regard.know.partitioning import repartition
from regard.know.reconsidering import read_keys, reconsider_keys
from regard.know.recording import decided_pairs, stamp
from regard.know.shared_numbers import find_same_numbers
from regard.know.terms import terms_of

LINK_COLUMNS = (
    "left_id", "right_id", '"by"', "rule", "probability", "evidence", "actor", "made_at", "merge_id",
    "active",
)  # fmt: skip
CANDIDATE_COLUMNS = ("left_id", "right_id", "probability", "evidence", "state", "found_at", "decided_by")
HEAD = pa.schema([("unique_id", pa.int64()), ("source", pa.string())])
FOUND = ("left", "right", "probability", "weights")
COMPARED = tuple(name for name in FIELDS if name not in {"ids", "organisation_key", "title"})
MOST_CANDIDATES = 20_000  # open at a time: more than people can review; the likeliest are kept
MOST_ROUNDS = 3  # of looking again at keys, as each may make another clear
EVEN = 0.5  # the probability shown of a pair whose number says yes and whose fields say no
RELEARN_AFTER_GROWTH = 1.5
LARGEST_SHARE_OF_NEW = 0.2  # above this, gathering everything is cheaper
COMMON_TERM = 1_000  # a search term of more records than this says nothing about who is who

Progress = Callable[[str], None]
Pair = tuple[int, int]


@dataclass(frozen=True)
class LinkRun:
    """What a run of the job looked at and did; `merge_id` undoes all its links at once."""

    records: int
    compared: int
    links: int
    candidates: int
    only_new: bool
    merge_id: int | None
    started_at: datetime
    finished_at: datetime


def link_identities(*, actor: str, progress: Progress | None = None) -> LinkRun:
    """Link records that are surely of one person and queue doubtful pairs for review.

    First by numbers that two sources share, then by comparing records, then by keys that are clear by now.
    What was learnt is kept: later runs compare only what is new or changed since, until the data have grown by
    half. Nobody's "not the same" is overruled, and no link that was undone is made again.
    """
    say = progress or (lambda _: None)
    started = timezone.now()
    model, new = _earlier_model(), None
    if model is not None:
        new = set(Identity.objects.filter(linked_at=None).values_list("id", flat=True))
        if not new:
            return LinkRun(0, 0, 0, 0, True, None, started, timezone.now())
    say("Gathering records")
    records = _gather(new)
    if records.num_rows < 2:
        return LinkRun(records.num_rows, 0, 0, 0, new is not None, None, started, timezone.now())
    say(f"Comparing {records.num_rows} records")
    found = link_records(records, trained=model, only_new=new)
    say(f"Writing {found.links.num_rows} links")
    with transaction.atomic():
        store.lock_who_is_who()
        keys = read_keys()
        numbers = find_same_numbers(keys)
        merge_id, links = _write_links(numbers.pairs, found.links, keys, actor)
        candidates = _write_candidates(numbers.contradicting, found.reviews)
        Identity.objects.filter(linked_at=None, changed_at__lte=started).update(linked_at=started)
        finished = timezone.now()
        LinkageRun.objects.create(
            actor=actor, started_at=started, finished_at=finished, records=records.num_rows,
            only_new=new is not None, links=links, candidates=candidates, merge_id=merge_id,
            thresholds={"link": found.thresholds.link, "review": found.thresholds.review},
            model=None if model is not None else msgspec.json.decode(found.model.to_json()),
        )  # fmt: skip
    return LinkRun(
        records.num_rows, found.compared, links, candidates, new is not None, merge_id, started, finished
    )


def _earlier_model() -> Model | None:
    """What an earlier run learnt, unless the data have outgrown it or it is of an older version."""
    run = LinkageRun.objects.filter(model__isnull=False).order_by("-id").first()
    if run is None or Identity.objects.count() > run.records * RELEARN_AFTER_GROWTH:
        return None
    try:
        return Model.from_json(msgspec.json.encode(run.model).decode())
    except InputError:  # of another version of the comparison: learn anew
        return None


def _gather(new: set[int] | None) -> pa.Table:
    """The comparable fields of all persons, or of the new ones and those that share something rare with them."""
    sql = "SELECT id, source, normal FROM know_identity WHERE kind = 'person'"
    if new is not None and len(new) < Identity.objects.count() * LARGEST_SHARE_OF_NEW:
        return _table(store.select_rows(f"{sql} AND id {{values}} ORDER BY id", new | _neighbours(new)))
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY id")
        return _table(cursor.fetchall())


def _neighbours(new: set[int]) -> set[int]:
    rows = store.select_rows("SELECT id, fields, normal FROM know_identity WHERE id {values}", new)
    ids, fields, normal = (list(column) for column in zip(*rows, strict=True))
    no_keys = pa.nulls(len(ids), pa.string())  # customer 1 of one source is not customer 1 of another
    terms = terms_of(pa.array(ids, pa.int64()), no_keys, read_documents(fields), read_documents(normal))
    rare = store.select_rows(
        "SELECT term FROM know_searchterm WHERE term {values} GROUP BY term HAVING count(*) BETWEEN 2 AND "
        f"{COMMON_TERM}",
        pc.unique(terms["term"]).to_pylist(),
    )
    sql = "SELECT DISTINCT identity_id FROM know_searchterm WHERE term {values}"
    return {identity for (identity,) in store.select_rows(sql, (term for (term,) in rare))}


def _table(rows: list[store.Row]) -> pa.Table:
    """Rows of (id, source, JSON object of comparable fields) as columns."""
    columns = read_documents([document for _, _, document in rows])
    said = {name: columns[name] for name in COMPARED}
    return pa.table({**dict(zip(HEAD.names, tabulate(rows, HEAD).columns, strict=True)), **said})


def _write_links(
    same_numbers: dict[Pair, str], found: pa.Table, keys: list[store.Row], actor: str
) -> tuple[int | None, int]:
    """Store the links of a run under one merge; pairs decided before, either way, stay as they are."""
    merge = Merge.objects.create(actor=actor, reason="compared by their evidence")
    links = _write_rule_links(same_numbers, merge)
    links += _write_scored_links(found, merge)
    for _ in range(MOST_ROUNDS):
        clear = reconsider_keys(keys)
        if not clear:
            break
        links += _write_rule_links(clear, merge)
    if links:
        return merge.pk, links
    merge.delete()
    return None, 0


def _write_scored_links(found: pa.Table, merge: Merge) -> int:
    """In order of the records, so that the indexes grow at their end; the surest is told by its probability."""
    found = found.sort_by([("left", "ascending"), ("right", "ascending")])
    pairs = list(zip(found["left"].to_pylist(), found["right"].to_pylist(), strict=True))
    customer_of = _customers({end for pair in pairs for end in pair})
    decided = decided_pairs(set(pairs))
    apart = [customer_of[pair[0]] != customer_of[pair[1]] and pair not in decided for pair in pairs]
    made = found.filter(pa.array(apart, pa.bool_()))
    left, right, probability, weights = (made[name].to_pylist() for name in FOUND)
    same = (merge.actor, stamp(merge.made_at), merge.pk, True)
    rows = zip(left, right, repeat("score"), repeat("splink"), probability, weights, *map(repeat, same))
    store.insert_rows(Link, LINK_COLUMNS, rows)
    repartition({*left, *right}, records_changed=False)
    return len(left)


def _write_rule_links(pairs: dict[Pair, str], merge: Merge) -> int:
    now = stamp(merge.made_at)
    rows = (
        (*pair, "rule", rule, None, "{}", merge.actor, now, merge.pk, True) for pair, rule in pairs.items()
    )
    store.insert_rows(Link, LINK_COLUMNS, rows)
    repartition({end for pair in pairs for end in pair}, records_changed=False)
    return len(pairs)


def _customers(identities: set[int]) -> dict[int, int]:
    return dict(store.select_rows("SELECT id, customer_id FROM know_identity WHERE id {values}", identities))


def _pairs(found: pa.Table) -> dict[Pair, tuple[float, str, str]]:
    """Probability, weights and reason of each pair, the likeliest first, smaller id first."""
    columns = (found[name].to_pylist() for name in (*FOUND, "reason"))
    return {
        (min(left, right), max(left, right)): (probability, weights, reason)
        for left, right, probability, weights, reason in zip(*columns, strict=True)
    }


def _write_candidates(contradicting: dict[Pair, str], found: pa.Table) -> int:
    """Queue pairs for review: one for any two customers, none that was queued or decided before.

    A name alone is not worth a person's time: among many customers few such pairs are one person.
    """
    room = MOST_CANDIDATES - Candidate.objects.filter(state=Candidate.State.OPEN).count()
    pairs = {pair: (EVEN, "{}", f"{rule}, but the records differ") for pair, rule in contradicting.items()}
    worthwhile = found.filter(pc.not_equal(found["reason"], NAMES_ONLY))
    pairs |= _pairs(worthwhile)
    decided = decided_pairs(set(pairs)) | set(Candidate.objects.values_list("left", "right"))
    customer_of = _customers({end for pair in pairs for end in pair})
    seen: set[Pair] = set()
    rows: list[store.Row] = []
    now = stamp(timezone.now())
    for pair, (probability, weights, reason) in pairs.items():
        one, other = sorted(customer_of[end] for end in pair)
        if one == other or (one, other) in seen or pair in decided or len(rows) >= room:
            continue
        seen.add((one, other))
        evidence = msgspec.json.decode(weights) | {"reason": reason}
        rows.append((*pair, probability, msgspec.json.encode(evidence).decode(), "open", now, ""))
    store.insert_rows(Candidate, CANDIDATE_COLUMNS, rows)
    return len(rows)
