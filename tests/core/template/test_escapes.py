"""No template gets out of its sandbox, and none holds up the server.

Every payload runs in a process with little memory that is killed after a generous time; what
counts is that none reads more than fields and that all of them end by themselves.
"""

import json
import select
import subprocess
import sys
from pathlib import Path

import pytest

WORKER = Path(__file__).with_name("payload_worker.py")
CANARY = "CANARY-7f3a"
KILL_AFTER = 60  # seconds
OUTPUT_LIMIT = 2_000_000

# Classic ways to Python's objects. Every one must be refused or come out empty.
ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__'] }}",
    "{{ ''|attr('__class__') }}",
    "{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    "{{ ()|attr('__class__')|attr('__base__') }}",
    "{{ []|xattr('__class__') }}",
    "{{ [document]|map(attribute='__class__')|list }}",
    "{{ [document]|map('__class__')|list }}",
    "{{ [document]|map('attr', '__class__')|list }}",
    "{{ [document]|map('name.__class__')|list }}",
    "{{ [document]|map('parent.__init__.__globals__')|list }}",
    "{{ [document]|list('_source') }}",
    "{{ [document]|join(',', '_view') }}",
    "{{ [document]|sort('secret')|list }}",
    "{{ [document]|sum('__len__') }}",
    "{{ [document]|unique('env')|list }}",
    "{{ ['a']|map('format', 1)|list }}",
    "{{ '{0.__class__}'.format(document) }}",
    "{{ '{0.__class__.__init__.__globals__}'.format_map({0: document}) }}",
    "{{ '{0.secret}'|format(document) }}",
    "{{ '%s'|format(document) }}",
    "{{ '%(secret)s' % document }}",
    "{{ ('{0.secret}'|attr('format'))(document) }}",
    "{% set f = '{0.secret}'.format %}{{ f(document) }}",
    "{{ document.text|list }}",
    "{{ [document.text, document.text]|list }}",
    "{{ document.secret }}",
    "{{ document['secret'] }}",
    "{{ document.env.secret }}",
    "{{ document.env }}",
    "{{ document._source }}",
    "{{ document._source.secret }}",
    "{{ document.get('secret') }}",
    "{{ document.get }}",
    "{{ document.label() }}",
    "{{ document.unlink() }}",
    "{{ document.unlink }}",
    "{{ document.sudo().password }}",
    "{{ document.password }}",
    "{{ document.parent.parent.password }}",
    "{{ document() }}",
    "{{ document.read('password') }}",
    "{{ document.key }}",
    "{{ document.__dict__ }}",
    "{{ document.__init__.__globals__ }}",
    "{{ document.field_type.__func__.__globals__ }}",
    "{{ [document][0]._view }}",
    "{{ self }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ self._TemplateReference__context.environment }}",
    "{{ context }}",
    "{{ environment }}",
    "{{ config }}",
    "{{ request }}",
    "{{ lipsum }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ lipsum(n=1000) }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ cycler('a').next() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{% set ns = namespace(a=1) %}{% set ns.a = 2 %}{{ ns.a }}",
    "{{ dict.mro() }}",
    "{{ dict(a=1) }}",
    "{{ range.__class__ }}",
    "{{ range }}",
    "{{ url_for.__globals__ }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ open('/etc/passwd').read() }}",
    "{{ __import__('os').system('id') }}",
    "{{ eval('1') }}",
    "{{ caller() }}",
    "{{ super() }}",
    "{{ varargs }}{{ kwargs }}",
    "{{ loop.__class__ }}",
    "{% for x in [1] %}{{ loop.__class__ }}{% endfor %}",
    "{% for x in [1] %}{{ loop._iterable }}{% endfor %}",
    "{% for x in [1] %}{{ loop._undefined }}{% endfor %}",
    "{% for x in [1] %}{{ loop['_iterator'] }}{% endfor %}",
    "{% for x in [1] %}{{ loop }}{% endfor %}",
    "{% for x in [1] %}{{ loop|list }}{% endfor %}",
    "{% for x in [1] %}{{ [loop]|map('_undefined')|list }}{% endfor %}",
    "{% for x in [1] %}{{ loop(x) }}{% endfor %}",
    "{% for x in [1] %}{{ loop.changed(x) }}{% endfor %}",
    "{% for x in [1] %}{% set y = loop %}{{ y.depth }}{{ y }}{% endfor %}",
    "{% for x in [1] %}{% set y = [loop] %}{{ y|first }}{% endfor %}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% for k, v in {'a': 1}.items() %}{{ k }}{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os }}",
    "{% from 'os' import system %}{{ system }}",
    "{% extends 'base' %}",
    "{% block a %}{{ self.a() }}{% endblock %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(x) %}{{ caller.__globals__ }}{% endmacro %}{% call m(1) %}a{% endcall %}",
    "{% filter upper %}a{% endfilter %}",
    "{% autoescape false %}{{ '&lt;script&gt;' }}{% endautoescape %}",
    "{{ '&lt;script&gt;'|safe }}",
    "{% do document.unlink() %}",
    "{% trans %}a{% endtrans %}",
    "{% debug %}",
    "{% set document = 1 %}{{ document }}",
    "{% set loop = 1 %}",
    "{% set self = document %}{{ self.secret }}",
    "{% set __class__ = 1 %}",
    "{% set a.b = 1 %}",
    "{% set \uff4coop = 1 %}{% for x in [1] %}{{ loop }}{% endfor %}",
    "{% for document in [1] %}{{ document }}{% endfor %}",
    "{% with x = document._source %}{{ x }}{% endwith %}",
    "{{ document is callable }}",
    "{{ document is sameas(document) }}",
    "{{ document|string }}",
    "{{ document|pprint }}",
    "{{ document|tojson }}",
    "{{ document|dictsort }}",
    "{{ document|items|list }}",
    "{{ document|forceescape }}",
    "{{ document|xmlattr }}",
    "{{ [document]|groupby('secret') }}",
    "{{ [document]|selectattr('secret')|list }}",
    "{{ [document]|select('attr', 'x')|list }}",
    "{{ [document]|max(attribute='secret') }}",
    "{{ document|\x00item('secret') }}",
    "{{ 'a'.join(['b']) }}",
    "{{ 'a'.encode().decode() }}",
    "{{ (1).__class__ }}",
    "{{ 1.0.__class__ }}",
    "{{ none.__class__ }}",
    "{{ true.__class__ }}",
    "{{ undefined_name.__class__ }}",
    "{{ undefined_name._undefined_exception }}",
    "{{ undefined_name._undefined_exception.__init__.__globals__ }}",
    "{{ document.missing.path }}",
    "{{ document.missing._fail_with_undefined_error }}",
    "{{ document.name.path }}",
    "{{ document.lines.values }}",
    "{{ document.lines.__iter__ }}",
    "{{ document.lines[0]._state }}",
    "{{ document.lines[0]['_state'] }}",
    "{{ document.lines['values'] }}",
    "{{ document.lines[:1] }}",
    "{{ document[document.name] }}",
    "{{ ({}).__class__ }}",
    "{{ {}['a'] }}",
    "{{ document|default(document._view) }}",
    "{{ document.name|date('{0.__class__}') }}",
    "{{ today|date('yyyy{0.__class__}') }}",
    "{{ today|date(document.text) }}",
    "{{ today.__class__ }}",
    "{{ today.replace(year=1) }}",
    "{{ now.tzinfo }}",
    "{{ now.strftime('%c') }}",
    "{{ document.amount|money('../../etc/passwd') }}",
    "{{ document.amount|money(document.text) }}",
    "{% if document.__class__ %}x{% endif %}",
    "{% if ''.__class__.__mro__ %}x{% endif %}",
    "{{ 'x' if document._source else 'y' }}",
    "{% set x %}{{ document._source }}{% endset %}{{ x.__html__ }}",
    "{% set x | upper %}a{% endset %}{{ x }}",
    "{{ document.name.__format__('') }}",
    "{{ ''.join }}",
    "{{ 'a' 'b' }}",
    "# for x in [1]\n{{ x }}\n# endfor",
    "<a title=\"{{ ''.__class__ }}\">x</a>",
    "<tr data-mc-for=\"x in ''.__class__.__mro__\"><td>{{ x }}</td></tr>",
    "<p data-mc-if=\"document.__class__\">x</p>",
    "<p data-mc-if=\"1 %}{{ ''.__class__ }}{% if 1\">x</p>",
    "<p data-mc-for=\"x in [1] recursive\">x</p>",
]

# Ways to hold up the server.
FLOODS = [
    "{{ range(10**9)|list }}",
    "{{ range(1000000000)|list }}",
    "{{ range(999999999999999999)|length }}",
    "{{ range(0, 999999999999999999, 1)|last }}",
    "{{ range(0, -999999999999999999, -1)|last }}",
    "{{ range(document.count)|list }}",
    "{% for x in range(1000000000) %}x{% endfor %}",
    "{% for a in range(5000) %}{% for b in range(5000) %}x{% endfor %}{% endfor %}",
    "{% for a in range(5000) %}{% for b in range(5000) %}{% endfor %}{% endfor %}",
    "{% for a in range(5000) %}{% for b in range(5000) if false %}{% endfor %}{% endfor %}",
    "{% for a in document.lines %}{% for b in a.lines %}{% for c in b.lines %}{{ c.name }}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in range(9) %}" * 9 + "x" + "{% endfor %}" * 9,
    "{% for a in range(5000) %}{{ range(5000)|length }}{% endfor %}",
    "{% for a in range(5000) %}{{ range(5000)|list }}{% endfor %}",
    "{% for a in range(5000) %}{{ range(5000)|sort|length }}{% endfor %}",
    "{% for a in range(5000) %}{{ range(5000)|sum }}{% endfor %}",
    "{% for a in range(5000) %}{{ 1 in range(2, 5000) }}{% endfor %}",
    "{% for a in range(5000) %}{{ range(5000) == range(5000) }}{% endfor %}",
    "{% for a in range(5000) %}{{ document.lines|sort('name')|length }}{% endfor %}",
    "{% for a in range(5000) %}{{ document.text }}{% endfor %}",
    "{% for a in range(5000) %}{{ document.text|upper|lower|title|trim }}{% endfor %}",
    "{% for a in range(5000) %}{{ document.text in document.text }}{% endfor %}",
    "{% for a in range(5000) %}{{ 'x' in document.text ~ document.text }}{% endfor %}",
    "{% for a in range(5000) %}{{ document.text == document.text }}{% endfor %}",
    "{% for a in range(5000) %}" + "y" * 100_000 + "{% endfor %}",
    "{% set x %}{% for a in range(5000) %}" + "y" * 100_000 + "{% endfor %}{% endset %}",
    "{% set a = document.text %}" + "{% set a = a ~ a %}" * 60 + "{{ a|length }}",
    "{% set a = 'aaaaaaaaaa' %}" + "{% set a = a + a %}" * 60 + "{{ a|length }}",
    "{% set a = ['aaaaaaaaaa'] %}" + "{% set a = [a, a, a, a] %}" * 40 + "{{ a|length }}",
    "{% set a = ['aaaaaaaaaa'] %}" + "{% set a = [a, a, a, a] %}" * 40 + "{{ a == a }}",
    "{% set a = ['aaaaaaaaaa'] %}" + "{% set a = [a, a, a, a] %}" * 40 + "{{ [a, a]|unique }}",
    "{% set a = ['aaaaaaaaaa'] %}" + "{% set a = [a, a, a, a] %}" * 40
    + "{% set b = ['aaaaaaaaaa'] %}" + "{% set b = [b, b, b, b] %}" * 40 + "{{ a == b }}",
    "{% set x %}yyyyyyyyyyyyyyyyyyyy{% endset %}"
    + "{% set x %}{{ x }}{{ x }}{{ x }}{% endset %}" * 40,
    "{{ 'a' * 1000000000 }}",
    "{{ [1] * 1000000000 }}",
    "{{ 1000000000 * 'a' }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ 9 ** 999999999 }}",
    "{{ " + " * ".join(["999999999999999999"] * 40) + " }}",
    "{% set a = 999999999999999999 %}" + "{% set a = a * a %}" * 200 + "{{ a }}",
    "{% set a = 1.5 %}" + "{% set a = a * a %}" * 200 + "{{ a }}",
    "{{ " + "9" * 100_000 + " }}",
    "{{ 1e999 }}{{ -1e999 }}{{ 1e308 * 10 }}",
    "{{ 1e15|number(10) }}{{ 1e300|money('EUR') }}{{ 1e300|percent(10) }}{{ 1e300|round(10) }}",
    "{{ '%0999999999d' % 1 }}",
    "{{ '%999999999s'|format('a') }}",
    "{{ '{:>999999999}'.format('a') }}",
    "{{ 'a'|center(1000000000) }}",
    "{{ 'a'|indent(1000000000) }}",
    "{{ 'a b'|wordwrap(1) }}",
    "{{ [1]|batch(1000000000, 'x')|list }}",
    "{{ [1]|slice(1000000000)|list }}",
    "{{ 'a'|replace('', 'b' * 1000) }}",
    "{{ document.text|truncate(999999999999999999) }}",
    "{{ 'a'|truncate(-999999999999999999, document.text) }}",
    "{{ document.lines|join(document.text)|length }}",
    "{{ range(5000)|join(document.text)|length }}",
    "{{ range(5000)|map('name')|list }}",
    "{{ today|add_days(999999999999999999) }}",
    "{{ today|add_days(-999999999999999999) }}",
    "{{ today|date('" + "y" * 64 + "') }}",
    "{{ now|datetime('" + "S" * 62 + "') }}",
    "{{ 1.5|number(1000000000) }}",
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "{{ " + "not " * 5000 + "1 }}",
    "{{ " + "-" * 5000 + "1 }}",
    "{{ " + "[" * 5000 + "]" * 5000 + " }}",
    "{{ a" + ".b" * 50_000 + " }}",
    "{{ 1" + " + 1" * 5000 + " }}",
    "{{ 1" + " ~ 1" * 9000 + " }}",
    "{{ 'a'" + "|upper" * 5000 + " }}",
    "{{ 1" + " if 1 else 1" * 3000 + " }}",
    "{{ 1" + " &lt; 1" * 9000 + " }}",
    "{% if 1 %}" * 3000 + "{% endif %}" * 3000,
    "{% if 1 %}" + "{% elif 1 %}x" * 5000 + "{% endif %}",
    "{% if 1 %}" * 60 + "x" + "{% endif %}" * 60,
    "{{ 1 }}" * 100_000,
    "{{" * 200_000,
    "{%" * 200_000,
    "{#" * 200_000,
    "{% raw %}" * 50_000,
    "{{ '" + "\\" * 200_000 + "' }}",
    "{{ " + "1_" * 100_000 + "1 }}",
    "{{ " + "1e" * 100_000 + "1 }}",
    "{%- " + " " * 400_000 + "-%}",
    " " * 400_000 + "{%- if 1 %}",
    "<p>" + " " * 400_000 + "{% if 1 %}{% endif %}x</p>",
    "<p>" + "&nbsp;" * 60_000 + "{{ 1 }}",
    "<p>" + "{% if 1 %}" * 30_000 + "x",
    "<p " * 100_000 + "{{ 1 }}",
    "<a \"" * 100_000 + "{{ 1 }}",
    "<a title=\"" + "{{" * 9_000 + "\">" + "{{ 1 }}",
    "<a href=\"" + "%7B%7B" * 3_000 + "\">{{ 1 }}",
    ("<a href=\"" + "%7B%7B" * 3_000 + "\">") * 20 + "{{ 1 }}",
    ("<a href=\"{{" + "%20" * 6_000 + "\">") * 20 + "{{ 1 }}",
    "<!--" * 100_000 + "{{ 1 }}",
    "{{<b>" * 80_000,
    "{<b>" * 80_000 + "{{ 1 }}",
    "<b>" * 100_000 + "{{ 1 }}" + "</b>" * 60_000,
    "<tr data-mc-if=\"1\">" * 5_000 + "</tr>" * 5_000,
    "<i>" * 50_000 + "</b>" * 50_000 + "{{ 1 }}",
    "<style>" * 60_000 + "{{ 1 }}",
    "<p>" + "<br>" * 100_000 + "{{ 1 }}</p>",
    "<p data-mc-if='" + "&nbsp;" * 3000 + "'>{{ 1 }}</p>",
    "x" * 5_000_000,
]


class Worker:
    def __init__(self):
        self.process = None

    def ask(self, source, html):
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True,
            )
        self.process.stdin.write(json.dumps([source, html]) + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], KILL_AFTER)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.stop()
            return {"killed": "no answer" if ready else f"ran for {KILL_AFTER} s"}
        return json.loads(line)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None


@pytest.fixture(scope="module")
def worker():
    process = Worker()
    yield process
    process.stop()


def show(source):
    return source if len(source) <= 70 else f"{source[:60]}…({len(source)})"


def assert_harmless(outcome):
    assert "killed" not in outcome, outcome
    assert "crashed" not in outcome, outcome
    text = outcome["text"]
    assert CANARY not in text + outcome.get("message", "")
    assert outcome["size"] <= OUTPUT_LIMIT
    for trace in ("<class", "&lt;class", "object at 0x", "built-in", "bound method", "root:x:",
                  "__main__", "uid="):
        assert trace not in text


@pytest.mark.parametrize("source", ESCAPES, ids=show)
@pytest.mark.parametrize("html", [True, False], ids=["body", "subject"])
def test_no_way_out_of_the_sandbox(worker, source, html):
    assert_harmless(worker.ask(source, html))


@pytest.mark.parametrize("source", FLOODS, ids=show)
@pytest.mark.parametrize("html", [True, False], ids=["body", "subject"])
def test_no_way_to_hold_up_the_server(worker, source, html):
    outcome = worker.ask(source, html)
    assert_harmless(outcome)


@pytest.mark.parametrize("source", ESCAPES, ids=show)
def test_an_escape_is_pointed_out_when_saving(worker, source):
    outcome = worker.ask(source, True)
    if outcome["lint"] == []:
        # Nothing to point out: then it must render, and to something dull.
        assert "refused" not in outcome
        assert len(outcome["text"]) < 100 or "{0.__class__}" in outcome["text"]
