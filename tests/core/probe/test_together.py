"""Two ladders at once, and never longer than promised."""

import time

from core.probe import Step, climb_together


def ladder(protocol, names, fault=None, closed=None):
    try:
        for name in names:
            yield Step(protocol, name, True, "tcp_open")
        if fault:
            raise fault
    finally:
        if closed is not None:
            closed.append(protocol)


def test_the_steps_of_both_come_each_in_its_order():
    steps = list(
        climb_together(
            {"imap": ladder("imap", ["name", "tcp"]), "smtp": ladder("smtp", ["name"])}, 5
        )
    )
    assert [s.name for s in steps if s.protocol == "imap"] == ["name", "tcp"]
    assert [s.name for s in steps if s.protocol == "smtp"] == ["name"]


def test_a_ladder_that_hangs_is_cut_off_and_the_other_is_not_harmed():
    def hanging():
        yield Step("imap", "name", True, "name_found")
        time.sleep(3)

    started = time.monotonic()
    steps = list(climb_together({"imap": hanging(), "smtp": ladder("smtp", ["name"])}, 0.5))
    assert time.monotonic() - started < 2
    last = steps[-1]
    assert (last.protocol, last.name, last.ok, last.code) == ("imap", "tcp", False, "out_of_time")
    assert [s.name for s in steps if s.protocol == "smtp"] == ["name"]
    assert "0.5" in last.detail


def test_a_fault_of_the_program_is_told_apart_and_quotes_nothing():
    fault = RuntimeError("plant3d-s3cret")
    steps = list(climb_together({"imap": ladder("imap", ["name"], fault)}, 5))
    assert (steps[-1].name, steps[-1].code) == ("tcp", "internal")
    assert steps[-1].error is fault
    assert "plant3d" not in repr(steps) + steps[-1].detail


def test_a_test_whose_window_was_closed_ends():
    closed = []
    steps = climb_together({"imap": ladder("imap", ["name"] * 1, closed=closed)}, 5)
    next(steps)
    steps.close()
    deadline = time.monotonic() + 5
    while not closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert closed == ["imap"]
