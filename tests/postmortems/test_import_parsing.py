"""What is read of a report in Markdown: moments, headings, timelines, actions. Pure."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortems.imports import Document, parse
from postmortems.imports.headings import Part, part_of
from postmortems.imports.moments import Context, find_moment, read_moment, resolve
from postmortems.imports.tables import split_row

DAY = Context(day=date(2021, 3, 15))
MOMENTS = [
    ("18:51 UTC on 24 Feb 2018: text", "2018-02-24 18:51"),
    ("22:39 UTC 15 March 2021 Azure", "2021-03-15 22:39"),
    ("2021-03-15T19:00:00Z", "2021-03-15 19:00"),
    ("2021-03-15 19:00:30 +08:00", "2021-03-15 11:00"),
    ("[09:37]", "2021-03-15 09:37"),
    ("**7:05 pm PDT**", "2021-03-16 02:05"),
    ("March 14, 2021 at 3 a.m. EST", "2021-03-14 08:00"),
    ("Tuesday, July 29, 2014 15:10 PDT", "2014-07-29 22:10"),
    ("07/03/2022 11:08 PM UTC", "2022-03-07 23:08"),
    ("07/12/2021 11:08 PM UTC", "2021-07-12 23:08"),
    ("25/12/2020 10:00", "2020-12-25 10:00"),
    ("3月14日 下午7点05分", "2021-03-14 19:05"),
    ("2021年3月14日 19:05 北京时间", "2021-03-14 11:05"),
    ("1530 UTC", "2021-03-15 15:30"),
    ("28 December 09:00", "2020-12-28 09:00"),
]
NO_MOMENTS = ["4.2 was released", "12 users", "99.9 %", "25:61", "Mayor came", "Z", "", "31/31/2021"]


@pytest.mark.parametrize(("text", "moment"), MOMENTS)
def test_a_moment_is_read_as_people_write_it(text: str, moment: str) -> None:
    found = find_moment(text)
    assert found is not None
    told = resolve(found, DAY)
    assert told is not None
    assert f"{told:%Y-%m-%d %H:%M}" == moment


@pytest.mark.parametrize("text", NO_MOMENTS)
def test_a_number_is_no_moment(text: str) -> None:
    assert read_moment(text) is None


HEADINGS = [
    ("Timeline (all times UTC)", Part.TIMELINE),
    ("4. Chain of Events", Part.TIMELINE),
    ("事件经过", Part.TIMELINE),
    ("**Root Cause(s)**", Part.ISSUES),
    ("What went wrong", Part.ISSUES),
    ("What could have gone better?", Part.ISSUES),
    ("Contributing Conditions Analysis", Part.ISSUES),
    ("根本原因", Part.ISSUES),
    ("Corrective and Preventative Measures", Part.ACTIONS),
    ("Action Items & Followups", Part.ACTIONS),
    ("Next steps", Part.ACTIONS),
    ("改进措施", Part.ACTIONS),
    ("What went well?", Part.WENT_WELL),
    ("Lessons Learnt", Part.LESSONS),
    ("Executive Summary", Part.SUMMARY),
    ("Customer impact", Part.IMPACT),
    ("Supporting information", Part.OTHER),
    ("Where we got lucky", Part.OTHER),
]


@pytest.mark.parametrize(("title", "part"), HEADINGS)
def test_a_heading_is_recognised_in_many_shapes(title: str, part: Part) -> None:
    assert part_of(title) is part


TIMELINES = {
    "table": (
        "| Time (PST) | Who | Event |\n|---|---|---|\n| 23:50 | on-call | Paged |\n| 00:10 | on-call | Rolled back |"
    ),
    "list": "(all times in PST)\n\n- 23:50: Paged\n* **00:10** - Rolled back\n  by hand",
    "lines": "23:50 PST - Paged\n\n00:10 PST - Rolled back",
    "headings": "### 23:50 PST\n\nPaged\n\n### 00:10 PST\n\nRolled back",
    "days": "#### 15 March 2021\n\n- 23:50 PST Paged\n\n#### 16 March 2021\n\n- 00:10 PST Rolled back",
    "page of status": "**Paged** - we look.\nMar 15, 23:50 PST\n\n**Rolled back**\nMar 16, 00:10 PST",
}


@pytest.mark.parametrize("shape", TIMELINES)
def test_a_timeline_is_read_in_every_shape(shape: str) -> None:
    document = parse(f"---\ntitle: T\ndate: 2021-03-15\n---\n\n## Timeline\n\n{TIMELINES[shape]}\n")
    assert [f"{entry.at:%d %H:%M}" for entry in document.entries] == ["16 07:50", "16 08:10"]
    assert ["Paged" in document.entries[0].what, "Rolled back" in document.entries[1].what] == [True, True]


def test_actions_are_read_with_owner_due_date_and_state() -> None:
    document = parse(
        "# T\n\n## Action items\n\n"
        "- [x] Add an alert (owner: alice, due: 2021-04-01)\n"
        "- [ ] Write the runbook @bob by April 2, 2021\n"
        "- 补充监控(负责人:王芳,截止 2021-04-03)\n\n"
        "| Action Item | Type | Who | Due Date | Status |\n|---|---|---|---|---|\n"
        "| Test the failover \\| twice | prevent | Carol | 2021-04-04 | done |\n"
    )
    told = [(item.owner, str(item.due_on), item.is_done) for item in document.actions]
    assert sorted(told, key=lambda one: one[1]) == [
        ("alice", "2021-04-01", True),
        ("bob", "2021-04-02", False),
        ("王芳", "2021-04-03", None),
        ("Carol", "2021-04-04", True),
    ]
    assert document.actions[0].text == "Test the failover | twice"


SRE_BOOK = """# Shakespeare Sonnet++ Postmortem (incident #465)

### Date
2015-10-21

### Authors
jennifer, martym

### Summary
Shakespeare Search down for 66 minutes.

### Root Causes
Cascading failure due to high load.

## Action Items
- Update playbook

## Lessons Learned
### What went well
Monitoring quickly alerted us.
### What went wrong
- We're out of practice
### Where we got lucky
Mailing list had a copy.

## Timeline
2015-10-21 (*all times UTC*)

- 14:51 News reports
- 14:53 Traffic increases by 88x

```
## no heading
```

## Supporting information
dashboard
"""


def test_the_template_of_the_sre_book_is_read_whole() -> None:
    document = parse(SRE_BOOK)
    assert document.title == "Shakespeare Sonnet++ Postmortem (incident #465)"
    assert (document.started_at, document.authors) == (datetime(2015, 10, 21, tzinfo=UTC), ["jennifer", "martym"])
    assert [f"{entry.at:%m-%d %H:%M} {entry.what.splitlines()[0]}" for entry in document.entries] == [
        "10-21 14:51 News reports",
        "10-21 14:53 Traffic increases by 88x",
    ]
    assert [issue.text for issue in document.issues] == ["Cascading failure due to high load.", "We're out of practice"]
    assert [action.text for action in document.actions] == ["Update playbook"]
    kept = {passage.key or passage.title: passage.text for passage in document.passages}
    assert kept["Where we got lucky"] == "Mailing list had a copy."
    assert kept["Supporting information"] == "dashboard"


def test_bad_front_matter_loses_nothing() -> None:
    for head in ("a: [", "a: &x 1\nb: *x", "{{{{", "- a\n- b", "title: !!python/object:os.system x"):
        document = parse(f"---\n{head}\n---\n# Title\n\nWords that matter.\n", name="x")
        assert "Words that matter." in "".join(passage.text for passage in document.passages), head


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert isinstance(parse(text), Document)
    assert isinstance(
        parse(f"---\ntitle: x\n---\n## Timeline\n{text}\n## Actions\n{text}\n## Issues\n{text}"), Document
    )


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_word_of_an_unknown_chapter_is_lost(text: str) -> None:
    document = parse(f"# T\n\n## Somewhere else\n\nbefore\n{text}\nafter\n")
    kept = "\n".join(passage.text for passage in document.passages)
    assert all(
        word in kept or word in document.title for word in text.split() if not word.startswith("#") and word.isalnum()
    )


def test_a_row_is_split_where_no_backslash_stands() -> None:
    assert split_row("| a \\| b | c<br>d | e\\\\ |") == ["a | b", "c\nd", "e\\"]
