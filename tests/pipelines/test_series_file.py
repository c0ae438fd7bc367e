"""Reading series of counts, and refusing what is none."""

import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from kairo_pipelines.trends.series import judge
from kairo_pipelines.trends.series_file import UnreadableSeries, read_series, write_judged

HOUR = timedelta(hours=1)


def read(text: str):
    return read_series(io.StringIO(text, newline=""), "posts.csv")


def test_rows_stand_on_a_grid_and_a_missing_row_is_a_gap():
    series = read("timestamp,value\n2021-12-10 00:00:00,1\n2021-12-10 01:00:00,2\n2021-12-10 03:00:00,4\n")
    assert (series.start, series.step) == (datetime(2021, 12, 10, tzinfo=UTC), HOUR)
    assert series.counts.tolist() == [1, 2, pytest.approx(np.nan, nan_ok=True), 4]
    assert series.places.tolist() == [0, 1, 3]


@pytest.mark.parametrize("empty", ["", "NaN", "nan", " "])
def test_an_empty_value_is_a_gap(empty):
    assert np.isnan(read(f"timestamp,value\n2021-12-10 00:00:00,{empty}\n").counts).tolist() == [True]


def test_columns_come_in_any_order_and_others_are_ignored():
    series = read("name,Value,Timestamp\r\nscotus,27,2014-08-24\r\n")
    assert (series.counts.tolist(), series.start) == ([27.0], datetime(2014, 8, 24, tzinfo=UTC))


@pytest.mark.parametrize(
    "written",
    ["2021-12-10 02:00:00", "2021-12-10T02:00:00Z", "2021-12-10T03:00:00+01:00", "1639101600", "1639101600.0"],
)
def test_a_time_may_be_written_in_many_ways(written):
    assert read(f"timestamp,value\n{written},1\n").start == datetime(2021, 12, 10, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: the header must name the columns timestamp and value; there is no timestamp"),
        ("2014-08-24,27\n", "line 1: the header must name"),
        ("timestamp,count\n", "there is no value"),
        ("timestamp,value\n2021-12-10\n", "line 2: the row has 1 of the 2 cells"),
        ("timestamp,value\n2021-12-10 00:00,1\n2021-12-10 01:00,-2\n", "line 3: the value -2 is no count"),
        ("timestamp,value\n2021-12-10,inf\n", "line 2: the value inf is no count"),
        ("timestamp,value\n2021-12-10,many\n", "line 2: the value 'many' is no number"),
        ("timestamp,value\nyesterday,1\n", "line 2: the timestamp 'yesterday' is no time"),
        ("timestamp,value\n2021-12-10,1\n2021-12-10,1\n", "line 3: 2021-12-10 is the same time as the row above"),
        ("timestamp,value\n2021-12-10,1\n2021-12-09,1\n", "line 3: 2021-12-09 is before the row above"),
        (
            "timestamp,value\n2021-12-10 00:00,1\n2021-12-10 01:00,1\n2021-12-10 02:00,1\n2021-12-10 02:30,1\n",
            "line 5: 2021-12-10 02:30 is no whole number of steps after the first row; most rows are 1:00:00 apart",
        ),
        ("timestamp,value\n2021-12-10 00:00:00,1\n2021-12-10 00:00:30,1\n", "line 3: rows are 0:00:30 apart"),
        ("timestamp,value\n2021-12-10 00:00,1\n2021-12-10 00:01,1\n9021-12-10 00:01,1\n", "is the year right?"),
    ],
)
def test_what_is_no_series_is_refused_with_the_line(text, problem):
    with pytest.raises(UnreadableSeries) as refused:
        read(text)
    assert str(refused.value).startswith("posts.csv, line ")
    assert problem in str(refused.value)


def test_a_line_in_quotes_may_span_lines():
    text = 'note,timestamp,value\n"two\nlines",2021-12-10,1\n,2021-12-11,-1\n'
    with pytest.raises(UnreadableSeries, match="line 4: the value -1"):
        read(text)


@pytest.mark.parametrize("text", ["timestamp,value\n", "timestamp,value\n2021-12-10,1\n"], ids=["none", "one"])
def test_a_row_comes_back_for_each_that_was_given_as_it_was_written(text):
    assert judged(text).splitlines() == [
        "timestamp,value,score,alert",
        *(f"{line},0.0000,0" for line in text.splitlines()[1:]),
    ]


def judged(text: str) -> str:
    series, out = read(text), io.StringIO()
    write_judged(series, judge(series.counts, series.step, series.start), out)
    return out.getvalue()


def test_missing_rows_stay_missing_and_written_values_stay_as_written():
    written = "2021-12-10T00:00:00Z,1.50\n2021-12-10T01:00:00Z,NaN\n2021-12-10T04:00:00Z, 2\n"
    assert [line.rsplit(",", 2)[0] for line in judged(f"timestamp,value\n{written}").splitlines()[1:]] == (
        written.splitlines()
    )
