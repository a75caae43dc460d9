"""A profile is data that a user writes: whatever is wrong with it is said, all at once."""

from pathlib import Path
from typing import Any

import pytest

from incidents.imports.profile import Moment, StatusWord
from incidents.imports.profile_reading import ProfileError, load_profile, read_profile, shipped_profiles
from tests.incidents.imports.exports import PROFILE, drafts_of, profile, table, written

PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", shipped_profiles())
def test_every_shipped_profile_can_be_read_and_is_documented(name: str) -> None:
    assert load_profile(name).name == name
    assert f"`{name}`" in (PROJECT / "docs" / "imports.md").read_text()


def test_a_profile_of_ones_own_is_read_from_its_file(tmp_path: Path) -> None:
    path = written(tmp_path, PROFILE, "desk.toml")
    found = load_profile(str(path))
    assert found.status.find("ask ") == StatusWord("pending", "reporter")
    assert found.moments["opened"] == Moment(column="opened")
    assert found.moments["acknowledged"] == Moment(states=("Work",))
    assert found.priority.words.find("1 - critical") == 1
    assert "team" in found.columns  # named by a counter and by group, read once
    assert len(found.columns) == len(set(found.columns))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"reference": 5}, "reference: must be a text"),
        ({"row_time": "", "moments": {}}, "row_time: is missing"),
        ({"refrence": "x"}, "refrence: is not known here"),
        ({"status": {"columns": "state", "words": {"New": "opened"}}}, "status.words.New: must be one of reported"),
        ({"status": {"columns": "state", "words": {"New": "reported for vendor"}}}, "only pending can be “for”"),
        ({"status": {"columns": "state", "words": {}}}, "status.words: must say what the states"),
        ({"status": {"words": {"New": "reported"}}}, "status.columns: is missing"),
        ({"status": "state"}, "status: must be a table"),
        ({"time": {"zone": "Mars/Olympus"}}, "time.zone: “Mars/Olympus” is no time zone"),
        ({"time": {"formats": ["dd/mm/yyyy"]}}, "is neither a pattern"),
        ({"time": {"formats": ["%d/%Q"]}}, "is no pattern of a time"),
        ({"file": {"encoding": "latin-99"}}, "file.encoding: “latin-99” is not known"),
        ({"file": {"encoding": "base64"}}, "file.encoding: “base64” is not known"),
        ({"file": {"delimiter": "::"}}, "file.delimiter: must be one character"),
        ({"file": {"order": "random"}}, "file.order: must be “file” or “time”"),
        ({"priority": {"column": "priority", "words": {"P0": 0}}}, "priority.words.P0: must lie between 1 and 5"),
        ({"priority": {"column": "priority", "words": {"P1": True}}}, "priority.words.P1: must be a whole number"),
        ({"priority": {"column": "priority"}}, "priority: needs a column and words"),
        ({"level": {"of_priority": {"9": 1}}}, "level.of_priority.9: must be a priority"),
        ({"level": {"default": 4}}, "level.default: must be 1, 2 or 3"),
        ({"service": {}}, "service: needs a column, or a name"),
        ({"moments": {"opened": {"first_state": ["New"], "row": "last"}}}, "moments.opened: must be a column"),
        ({"moments": {"opened": {"first": ["New"]}}}, "moments.opened"),
        ({"reopened": {"from": ["Done"]}}, "reopened: needs a column, or states from and to"),
        ({"sla": {"column": "in_time"}}, "sla: needs a column and the words that mean met"),
        ({"facts": {"place": ["a"]}}, "facts.place: must be a text"),
        ({"name": "x" * 61}, "name: must have 1 to 60 characters"),
    ],
)
def test_a_slip_in_a_profile_is_named(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ProfileError) as refused:
        profile(**changes)
    assert fault in str(refused.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ProfileError) as refused:
        read_profile(table(title=None, time={"zone": "nowhere"}, sla={"colum": "x"}), default_name="desk")
    assert {fault.partition(":")[0] for fault in refused.value.faults} == {"title", "time.zone", "sla", "sla.colum"}


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe\x00", None])
def test_a_file_that_is_no_profile_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "odd.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProfileError, match="cannot be read"):
        load_profile(str(path))


def test_an_unknown_name_tells_the_known_ones() -> None:
    with pytest.raises(ProfileError, match="helpdesk, jira, servicenow, vinst"):
        load_profile("remedy")


def test_the_example_of_the_documentation_works(tmp_path: Path) -> None:
    text = (PROJECT / "docs" / "imports.md").read_text()
    example = written(tmp_path, text.split("```toml\n")[1].split("```")[0], "till.toml")
    export = written(tmp_path, text.split("```\n")[1].split("```")[0])
    drafts, faults = drafts_of(export, load_profile(str(example)))
    assert faults == []
    assert [draft.reference for draft in drafts] == ["T-1"]
    assert drafts[0].columns["status"] == "resolved"
    assert drafts[0].columns["title"] == "Cards refused (Till)"
    assert [step.to_status for step in drafts[0].steps] == ["reported", "pending", "resolved"]
    assert drafts[0].level == 2
