"""How well the shipped word lists and the grammar tell facts, issues and actions apart.

``python -m bench.postmortem_wording [FOLDER] [-v]``

Reads the reports that people have split into fields (default: cloudir of ../shared/data/postmortems) and judges each
sentence twice: alone, and with those around it in its line. The field says what it is: summary, impact, updates,
mitigation and workaround are the timeline; root cause and diagnosis are issues; long-term mitigation is actions. A
sentence that stands in several fields counts once, where the people who split the report put it beside the updates.

Nothing is fitted by a machine, so each report is judged by the same lists: what is printed for a report is what leaving
it out would print, too. Lists and grammar were written by people who had read all reports of the default folder: no
figure over them is one of unseen text. Only a folder of other reports gives that.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from postmortems.wording import SHIPPED_LISTS, Kind, Verdict, classify, classify_text

REPORTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "postmortems" / "cloudir"
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
    alone: Verdict
    around: Verdict


def main(folder: Path, *, is_verbose: bool = False) -> None:
    if not folder.is_dir():
        print(f"There is no {folder}.")
        return
    sentences = [sentence for path in sorted(folder.glob("*.json")) for sentence in read(path)]
    if not sentences:
        print(f"No report in {folder}.")
        return
    print(f"{'report':<16}{'sentences':>10}{'commonest':>11}{'alone':>8}{'around':>8}")
    for name in dict.fromkeys(sentence.report for sentence in sentences):
        print_line(name, [sentence for sentence in sentences if sentence.report == name])
    print_line("all", sentences)
    for way in ("alone", "around"):
        print_table(way, sentences)
    for field in LABELS:
        chosen = [sentence for sentence in sentences if sentence.field == field]
        if chosen:
            print(f"  {field:<22}{right(chosen, 'around'):>4} of {len(chosen)}")
    for sentence in sentences if is_verbose else []:
        verdict = sentence.around
        if verdict.kind != sentence.label:
            print(f"{sentence.label} taken for {verdict.kind} by {list(verdict.words)}: {sentence.text}")


def read(path: Path) -> Iterator[Sentence]:
    """The sentences of one file: report -> field -> text; "N/A" is nothing."""
    for name, fields in json.loads(path.read_text()).items():
        seen = set()
        for field, label in LABELS.items():
            text = fields.get(field) or "N/A"
            for sentence, verdict in classify_text(text, SHIPPED_LISTS) if text != "N/A" else []:
                words = " ".join(sentence.split()).strip(' -"”')
                if words not in seen:
                    seen.add(words)
                    yield Sentence(name, field, sentence, label, classify(sentence, SHIPPED_LISTS), verdict)


def judged(sentence: Sentence, way: str) -> Kind:
    return sentence.alone.kind if way == "alone" else sentence.around.kind


def right(sentences: Sequence[Sentence], way: str) -> int:
    return sum(judged(sentence, way) == sentence.label for sentence in sentences)


def print_line(title: str, sentences: Sequence[Sentence]) -> None:
    """Accuracy, beside what always answering the report's commonest kind would reach."""
    count = len(sentences)
    commonest = max(Counter(sentence.label for sentence in sentences).values()) / count
    alone, around = (right(sentences, way) / count for way in ("alone", "around"))
    print(f"{title:<16}{count:>10}{commonest:>11.3f}{alone:>8.3f}{around:>8.3f}")


def print_table(way: str, sentences: Sequence[Sentence]) -> None:
    table = Counter((sentence.label, judged(sentence, way)) for sentence in sentences)
    recalls = []
    print(f"{way}:")
    for kind in Kind:
        given, found = (sum(table[pair] for pair in table if pair[side] == kind) for side in (0, 1))
        precision, recall = table[kind, kind] / found if found else 0, table[kind, kind] / given if given else 0
        recalls += [recall] if given else []
        print(f"  {NAMES[kind]:<9} precision {precision:.3f}  recall {recall:.3f}  sentences {given}")
    print(f"  mean recall {sum(recalls) / len(recalls):.3f}")


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "-v"]
    main(Path(arguments[0]) if arguments else REPORTS, is_verbose="-v" in sys.argv)
