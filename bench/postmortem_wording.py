"""How well the shipped word lists tell facts, issues and actions apart.

``python -m bench.postmortem_wording [FOLDER] [-v]``

Reads the reports that people have split into fields (default: cloudir of ../shared/data/postmortems) and judges each
sentence by the lists alone. The field says what it is: summary, impact, updates, mitigation and workaround are the
timeline; root cause and diagnosis are issues; long-term mitigation is actions. A sentence that stands in several fields
counts once, where the people who split the report put it beside the updates. The reports named in TUNED were looked at
while the lists were written, the others of this folder were not used for it; both figures are printed.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from postmortems.wording import SHIPPED_LISTS, Kind, classify, split_sentences

REPORTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "postmortems" / "cloudir"
TUNED = {"NMB2-ND0", "ngbb5f2m098t", "mpfxyflhkdw9"}
# The most telling field first: a sentence that stands in two counts for the first.
LABELS = {
    "long-term mitigation": Kind.ACTION,
    "root cause": Kind.ISSUE,
    "diagnosis": Kind.ISSUE,
    "mitigation": Kind.FACT,
    "workaround": Kind.FACT,
    "summary": Kind.FACT,
    "impact": Kind.FACT,
    "updates": Kind.FACT,
}
NAMES = {Kind.FACT: "timeline", Kind.ISSUE: "issue", Kind.ACTION: "action"}


@dataclass(frozen=True)
class Sentence:
    report: str
    field: str
    text: str
    label: Kind


def main(folder: Path, *, is_verbose: bool = False) -> None:
    if not folder.is_dir():
        print(f"There is no {folder}.")
        return
    sentences = [sentence for path in sorted(folder.glob("*.json")) for sentence in read(path)]
    tuned = [sentence for sentence in sentences if sentence.report in TUNED]
    others = [sentence for sentence in sentences if sentence.report not in TUNED]
    report("tuned on", tuned)
    report("held out", others)
    report("all", sentences)
    for field in LABELS:
        chosen = [sentence for sentence in sentences if sentence.field == field]
        if chosen:
            right = sum(judge(sentence) == sentence.label for sentence in chosen)
            print(f"  {field:<22}{right:>4} of {len(chosen)}")
    if is_verbose:
        for sentence in sentences:
            if sentence.report in TUNED and judge(sentence) != sentence.label:
                verdict = classify(sentence.text, SHIPPED_LISTS)
                print(f"{sentence.label} taken for {verdict.kind} by {list(verdict.words)}: {sentence.text}")


def read(path: Path) -> Iterator[Sentence]:
    """The sentences of one file: report -> field -> text; "N/A" is nothing."""
    for name, fields in json.loads(path.read_text()).items():
        seen = set()
        for field, label in LABELS.items():
            text = fields.get(field) or "N/A"
            for sentence in split_sentences(text) if text != "N/A" else []:
                words = " ".join(sentence.split()).strip(' -"”')
                if words not in seen:
                    seen.add(words)
                    yield Sentence(name, field, sentence, label)


def judge(sentence: Sentence) -> Kind:
    return classify(sentence.text, SHIPPED_LISTS).kind


def report(title: str, sentences: Iterable[Sentence]) -> None:
    """Accuracy, what always answering the commonest kind would reach, and precision and recall of each kind."""
    chosen = list(sentences)
    if not chosen:
        return
    table = Counter((sentence.label, judge(sentence)) for sentence in chosen)
    right = sum(table[kind, kind] for kind in Kind)
    commonest = max(Counter(sentence.label for sentence in chosen).values())
    reports = len({sentence.report for sentence in chosen})
    print(f"{title}: {reports} reports, {len(chosen)} sentences")
    print(f"  accuracy {right / len(chosen):.3f} (always the commonest kind: {commonest / len(chosen):.3f})")
    for kind in Kind:
        given, found = (sum(table[pair] for pair in table if pair[side] == kind) for side in (0, 1))
        precision, recall = table[kind, kind] / found if found else 0, table[kind, kind] / given if given else 0
        print(f"  {NAMES[kind]:<9} precision {precision:.3f}  recall {recall:.3f}  sentences {given}")


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "-v"]
    main(Path(arguments[0]) if arguments else REPORTS, is_verbose="-v" in sys.argv)
