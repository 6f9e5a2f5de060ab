"""What the benchmarks found gets into the README and into docs/scaling.md."""

import json

from dev import pictures, scaling


def latest(folder, rows):
    path = folder / "latest.json"
    path.write_text(json.dumps({"rows": rows}))
    return path


def test_before_a_whole_run_estimates_are_counted_with_and_named(tmp_path):
    facts, guessed = scaling.measured(tmp_path / "latest.json")
    assert facts == scaling.ESTIMATES
    assert guessed == ["sync", "queue", "idle"]
    assert "estimates" in scaling.words(facts, guessed)["sources"].lower()


def test_what_was_measured_takes_the_place_of_estimates(tmp_path):
    measured = {"odoo_ms": 100.0, "postgresql_ms": 50.0, "statements": 7}
    path = latest(tmp_path, {"idle": {"facts": measured}, "sync": {"title": "no facts"}})
    facts, guessed = scaling.measured(path)
    assert guessed == ["sync", "queue"]
    words = scaling.words(facts, guessed)
    assert (words["one_pass"], words["statements"], words["passes_day"]) == ("150", "7", "54")
    # 360 passes of 150 ms, 40 mails of 5.7 ms and 10 of 11 ms
    assert words["polled_seconds"].startswith("5,430 | 543,000 | ")


def test_numbers_are_short():
    assert [scaling.number(one) for one in (0, 0.0429, 4.297, 11.14, 1113.8, 54.0)] == [
        "0", "0.043", "4.3", "11.1", "1,110", "54",
    ]  # fmt: skip
    assert scaling.amount(347e12) == "347 TB"
    assert scaling.time(3600 * 24 * 3) == "3 core days"


def test_the_readme_shows_the_plots_that_there_are(tmp_path):
    plots = tmp_path / "benchmarks" / "plots"
    plots.mkdir(parents=True)
    path = latest(tmp_path, {"sync": {"title": "Initial sync"}, "idle": {"title": "Nothing new"}})
    assert pictures.directives(path, plots) == ""
    (plots / "sync.svg").touch()
    assert pictures.directives(path, plots) == (
        ".. image:: benchmarks/plots/sync.svg\n   :alt: Initial sync\n\n"
    )
    assert pictures.directives(tmp_path / "none.json", plots) == ""
