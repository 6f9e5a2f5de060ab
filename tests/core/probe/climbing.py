"""Climbing the ladder of a connection test, and what holds of every step of it."""

from core.imap import Endpoint
from core.probe import STEPS, Policy, probe_imap, probe_smtp
from tests.core.rawserver import RawServer

MANAGER = Policy(allow_private=True, any_port=True)
PASSWORD = "plant3d-s3cret"


def climb(steps):
    """The steps as a list; whatever they say, the password is not in it."""
    steps = list(steps)
    for step in steps:
        texts = [step.detail, step.cause, step.advice, repr(step), *step.params.values()]
        assert PASSWORD not in " ".join(texts)
        assert "{" not in step.detail + step.cause + step.advice
        assert step.detail
        assert step.ok or (step.cause or step.advice)
    assert [step.ok for step in steps[:-1]] == [True] * (len(steps) - 1)
    names = [step.name for step in steps]
    assert tuple(names) == STEPS[steps[0].protocol][: len(names)]
    return steps


def raw_endpoint(server, **changes):
    values = {"host": "localhost", "address": server.host, "port": server.port,
              "security": "none", "login": "anna", "password": PASSWORD, "timeout": 1.0}
    return Endpoint(**{**values, **changes})


def last(server_script, probe=probe_imap, tls=None, **changes):
    with RawServer(server_script, tls) as server:
        endpoint = raw_endpoint(server, **changes)
        arguments = (endpoint, "a@example.com") if probe is probe_smtp else (endpoint,)
        return climb(probe(*arguments, MANAGER))[-1]
