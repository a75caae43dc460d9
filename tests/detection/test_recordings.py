"""Recorded files as people have them: header variants, spoilt rows, nothing at all."""

import io

import pytest

from detection.profiles import CHECKOUT, CLOUDWALK, MERCHANTS
from detection.recordings import UnusableRecordingError, format_clock, parse_clock, parse_moment, read_recording

LAYOUT = CLOUDWALK.layout


def read(text: str):  # type: ignore[no-untyped-def]
    return read_recording(io.StringIO(text), LAYOUT)


@pytest.mark.parametrize(
    "text",
    [
        "time,status,f0_\n00h 01,denied,8\n",
        "time,status,count\n00h 01,denied,8\n",
        "\ufeffTime,Status,Count\r\n00:01,DENIED,8.0\r\n",
        '"time";"status";"count"\n00h01;denied;8\n',
        "count\tstatus\ttime\n8\tdenied\t2026-03-01 00:01:00\n",
        "\n\ntime,status,count,extra\n0h 1, denied ,8,more\n",
        "id,timestamp,status,total\n1,2026-03-01T00:01:59Z,denied,8\n",
    ],
)
def test_headers_and_times_in_whatever_dress_they_come(text: str) -> None:
    recording = read(text)
    assert recording.minutes == {1: {("denied",): {"count": 8.0}}}
    assert recording.faults == []


@pytest.mark.parametrize(
    "row",
    [
        "25h 00,denied,8",
        "00h 61,denied,8",
        "noon,denied,8",
        ",denied,8",
        "00h 02,,8",
        "00h 02,denied,",
        "00h 02,denied,many",
        "00h 02,denied,-1",
        "00h 02,denied,nan",
        "00h 02,denied,1e309",
        "00h 02,denied",
        "00h 02",
        "00h 01,denied,9",
        '00h 02,"denied,8',
        "00h 02,den\u202eied,8",
        "x" * 200_000 + ",denied,8",
    ],
)
def test_a_spoilt_row_is_reported_and_left_out_and_the_rest_is_read(row: str) -> None:
    recording = read(f"time,status,count\n00h 01,denied,8\n{row}\n00h 03,failed,1\n")
    assert recording.minutes == {1: {("denied",): {"count": 8.0}}, 3: {("failed",): {"count": 1.0}}}
    assert [fault.line for fault in recording.faults] == [3]
    assert recording.faults[0].reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("\n \n", "empty"),
        ("time,status,count\n", "no row"),
        ("time,status,count\nx,y,z\n", "no row"),
        ("hour_of_day,today,yesterday\n00h,9,12\n", "no column time"),
        ("time,today\n00h,9\n", "no column status"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_reason(text: str, words: str) -> None:
    with pytest.raises(UnusableRecordingError, match=words):
        read(text)


def test_clocks_go_both_ways() -> None:
    assert [parse_clock(format_clock(minute)) for minute in (0, 873, 1439)] == [0, 873, 1439]


def test_minutes_between_two_times_include_both() -> None:
    recording = read("time,status,count\n00h 01,a,1\n00h 02,a,1\n00h 03,a,1\n00h 05,a,1\n")
    assert recording.between(2, 5) == [2, 3, 5]


def test_hours_of_several_days_with_labels_left_empty_and_rows_that_are_summed() -> None:
    text = (
        "t,success,mid,pmt,pg,sub_type,hr,bank\n"
        "5,4,shop,UPI,A,PAY,2020-02-12 23,UPI\n"
        "3,1,shop,UPI,A,COLLECT,2020-02-12 23,UPI\n"
        "2,0,shop,NB,,,2020-02-13 01,SBI\n"
        "2,3,shop,NB,B,,2020-02-13 01,SBI\n"
        "2,1,shop,NB,B,,2020-02-30 01,SBI\n"
        "2,1,shop,NB,B,,2020,SBI\n"
    )
    recording = read_recording(io.StringIO(text), MERCHANTS.layout)
    assert recording.minutes == {
        23 * 60: {("shop", "UPI", "A", "UPI"): {"attempts": 8.0, "successes": 5.0}},
        25 * 60: {("shop", "NB", "none", "SBI"): {"attempts": 2.0, "successes": 0.0}},
    }
    assert [fault.reason for fault in recording.faults] == [
        "more successes than attempts",
        "“2020-02-30 01” is no date",
        "“2020” is no time of day",
    ]


def test_hours_that_say_how_it_was_before() -> None:
    text = "time,today,yesterday,same_day_last_week,avg_last_week,avg_last_month\n08h,0,1,18,8.71,10.42\n"
    recording = read_recording(io.StringIO(text), CHECKOUT.layout)
    assert recording.minutes == {480: {(): {"today": 0.0, "yesterday": 1.0, "last_week": 18.0, "average": 8.71}}}


def test_moments_of_later_days_go_both_ways() -> None:
    assert parse_moment("14:33") == 873
    assert parse_moment("2d 14:33") == 2 * 1440 + 873
    assert format_clock(parse_moment("2d 14:33")) == "2d 14:33"


def test_years_apart_are_refused() -> None:
    with pytest.raises(UnusableRecordingError, match="days apart"):
        read("time,status,count\n00h 01,a,1\n2026-01-01 00:01,a,1\n")
