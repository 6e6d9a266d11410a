"""Raw rows of a source as one row a person, and as JSON documents. Pure, by column."""

import io
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from regard.errors import InputError
from regard.know.fields import FIELDS
from regard.know.normalise.distinct import map_distinct

KINDS = frozenset({"person", "organisation"})
LONGEST_KEY = 300
CHUNK = 100_000
JSON_BLOCK = 16 << 20
ADDRESS_KEYS = ("email", "phone")  # namespaces that are fields as well


def one_row_a_person(rows: pa.Table) -> pa.Table:
    """The newest value of every field for each person key; `kind` filled in; `ref:` keys left out."""
    if "person" not in rows.column_names:
        raise InputError("Records need a column `person` with keys like `shop:4711`.")
    table = pa.table(
        {name: _clean(rows[name]) for name in ("person", "kind", *FIELDS) if name in rows.column_names}
    )
    keys = table["person"]
    table = table.filter(pc.and_not(pc.is_valid(keys), pc.fill_null(pc.starts_with(keys, "ref:"), False)))
    if pc.any(pc.greater(pc.utf8_length(table["person"]), LONGEST_KEY)).as_py():
        raise InputError(
            f"A person's key is longer than {LONGEST_KEY} characters.", hint="Map another column."
        )
    if len(pc.unique(table["person"])) < len(table):
        fields = [name for name in table.column_names if name != "person"]
        if fields:
            table = table.group_by("person", use_threads=False).aggregate([(name, "last") for name in fields])
            table = table.rename_columns([name.removesuffix("_last") for name in table.column_names])
        else:
            table = pa.table({"person": pc.unique(table["person"])})
    return _with_kind(_with_addresses(table)).combine_chunks()


def _clean(column: pa.ChunkedArray) -> pa.ChunkedArray:
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    text = pc.replace_substring(text, "\x00", "")
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _with_addresses(table: pa.Table) -> pa.Table:
    """Keys that are an e-mail address or phone number say it as a field too."""
    for name in ADDRESS_KEYS:
        is_one = pc.starts_with(table["person"], f"{name}:")
        if not pc.any(is_one).as_py():
            continue
        said = pc.if_else(is_one, pc.utf8_slice_codeunits(table["person"], len(name) + 1), None)
        if name in table.column_names:
            at = table.column_names.index(name)
            table = table.set_column(at, name, pc.coalesce(table[name], said))
        else:
            table = table.append_column(name, said)
    return table


def _with_kind(table: pa.Table) -> pa.Table:
    if "kind" not in table.column_names:
        return table.append_column("kind", pa.array(["person"]).take(pa.array([0]).take(_zeros(len(table)))))
    kinds = pc.fill_null(table["kind"], "person")
    unknown = [kind for kind in pc.unique(kinds).to_pylist() if kind not in KINDS]
    if unknown:
        raise InputError(f"`kind` says `{unknown[0]}`.", hint="Say person or organisation.")
    return table.set_column(table.column_names.index("kind"), "kind", kinds)


def _zeros(length: int) -> pa.Array:
    return pa.nulls(length, pa.int8()).fill_null(0)


read_texts = msgspec.json.Decoder(dict[str, str]).decode  # a document made by `documents`, as texts by field


def read_documents(documents: Sequence[str]) -> pa.Table:
    """JSON objects as columns, one for each of FIELDS."""
    schema = pa.schema([(name, pa.string()) for name in FIELDS])
    if not documents:
        return schema.empty_table()
    return pa.json.read_json(
        io.BytesIO("\n".join(documents).encode()),
        read_options=pa.json.ReadOptions(block_size=JSON_BLOCK),
        parse_options=pa.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
    )


def documents(table: pa.Table) -> pa.Array:
    """Each row's fields as a JSON object, missing ones left out."""
    names = [name for name in FIELDS if name in table.column_names]
    if not names:
        return pa.array(["{}"]).take(_zeros(len(table)))
    parts = [pc.binary_join_element_wise(f',"{name}":"', _escaped(table[name]), '"', "") for name in names]
    text = pc.binary_join_element_wise(*parts, "", null_handling="replace")
    return pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(text, 1), "}", "")


def _escaped(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if whole.type != pa.string() or not _may_need_escaping(whole):
        return whole
    return map_distinct(whole, _escape)


def _may_need_escaping(column: pa.StringArray) -> bool:
    """Looked up in the bytes of the whole column, which is much cheaper than text by text."""
    characters = column.buffers()[2]
    if characters is None:
        return False
    written = np.frombuffer(characters, np.uint8)
    return bool(((written < ord(" ")) | (written == ord('"')) | (written == ord("\\"))).any())


def _escape(text: str) -> str:
    return msgspec.json.encode(text).decode()[1:-1]


def tuples(columns: list[pa.Array | pa.ChunkedArray]) -> Iterator[tuple[Any, ...]]:
    """Rows of Python values, made a chunk at a time."""
    for start in range(0, len(columns[0]), CHUNK):
        yield from zip(*(column.slice(start, CHUNK).to_pylist() for column in columns), strict=True)


def tabulate(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    """Rows of Python values as columns. (zip(*rows) makes an iterator of every row, which takes ten times as long.)"""
    columns = [pa.array(list(map(itemgetter(place), rows)), field.type) for place, field in enumerate(schema)]
    return pa.table(columns, schema=schema)
