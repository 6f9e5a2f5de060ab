"""What the DNS says of a domain's mail, asked of a real name server; signatures, verified."""

import socketserver
import threading
from contextlib import contextmanager

import dkim
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from core.deliverability import KeyProblem, dns_record, examine, new_key, sign
from core.deliverability.records import judge_dkim, judge_dmarc, judge_spf


@contextmanager
def name_server(zone):
    """A resolver that asks a name server with these TXT records: name → list of texts."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            data, sock = self.request
            query = dns.message.from_wire(data)
            answer = dns.message.make_response(query)
            name = query.question[0].name.to_text(omit_final_dot=True)
            if name in zone:
                quoted = [
                    " ".join(f'"{text[i:i + 200]}"' for i in range(0, len(text), 200))
                    for text in zone[name]
                ]
                answer.answer.append(
                    dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", *quoted)
                )
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            sock.sendto(answer.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        yield resolver
        server.shutdown()


def levels(findings):
    return {finding.kind: finding.level for finding in findings}


def test_a_domain_that_publishes_everything_is_in_order():
    zone = {
        "example.com": ["some-verification=1", "v=spf1 include:_spf.google.com ~all"],
        "google._domainkey.example.com": ["v=DKIM1; k=rsa; p=MIIBIjANBg"],
        "_dmarc.example.com": ["v=DMARC1; p=reject; rua=mailto:x@example.com"],
    }
    with name_server(zone) as resolver:
        findings = examine("example.com", "smtp.gmail.com", resolver=resolver)
    assert levels(findings) == {"spf": "ok", "dkim": "ok", "dmarc": "ok"}


def test_a_domain_that_publishes_nothing_is_told_what_is_missing():
    with name_server({}) as resolver:
        findings = examine("example.com", resolver=resolver)
    assert levels(findings) == {"spf": "problem", "dkim": "warning", "dmarc": "problem"}


def test_the_policy_of_the_domain_above_counts_for_one_without():
    with name_server({"_dmarc.example.com": ["v=DMARC1; p=quarantine"]}) as resolver:
        findings = examine("mail.example.com", resolver=resolver)
    assert levels(findings)["dmarc"] == "ok"


def test_without_a_name_server_nothing_is_claimed():
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], 1
    findings = examine("example.com", resolver=resolver, seconds=0.5)
    assert levels(findings) == {"spf": "unknown", "dkim": "unknown", "dmarc": "unknown"}


@pytest.mark.parametrize(
    ("texts", "host", "level"),
    [
        (["v=spf1 mx -all"], "", "ok"),
        (["v=spf1 redirect=_spf.example.net"], "", "ok"),
        (["v=spf1 mx"], "", "warning"),
        (["v=spf1 +all"], "", "problem"),
        (["v=spf1 mx -all", "v=spf1 a -all"], "", "problem"),
        (["v=spf1 mx -all"], "smtp.office365.com", "problem"),
        (["V=SPF1 include:spf.protection.outlook.com -all"], "smtp.office365.com", "ok"),
        (["v=spf10 mx -all"], "", "problem"),
    ],
)
def test_spf_records_are_judged(texts, host, level):
    assert judge_spf(texts, host).level == level


@pytest.mark.parametrize(
    ("texts", "level"),
    [
        (["v=DMARC1; p=none"], "warning"),
        (["v=DMARC1;p=quarantine"], "ok"),
        (["v=DMARC1; p=everything"], "problem"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "problem"),
        (["v=spf1 -all"], "problem"),
    ],
)
def test_dmarc_records_are_judged(texts, level):
    assert judge_dmarc(texts).level == level


def test_a_withdrawn_key_does_not_count():
    assert judge_dkim({"old": "v=DKIM1; p="}).level == "warning"


MAIL = (
    b"From: Anna <anna@example.com>\r\nTo: eve@x.example\r\nSubject: =?utf-8?b?xbw=?=\r\n"
    b"Message-ID: <1@example.com>\r\n\r\n.leading dot\r\nand  blanks \r\n"
)


def published(record):
    return lambda name, timeout=5: record.encode()


def test_what_is_signed_is_believed_with_the_published_key_and_with_no_other():
    pem = new_key()
    signed = sign(MAIL, "example.com", "odoo", pem)
    assert signed.endswith(MAIL)
    assert dkim.verify(signed, dnsfunc=published(dns_record(pem)))
    assert not dkim.verify(signed, dnsfunc=published(dns_record(new_key())))


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"leading", b"misleading"), (b"From: Anna", b"From: eve@x.example\r\nFrom: Anna"),
     (b"Subject:", b"Subject: another\r\nSubject:")],
)
def test_a_changed_mail_is_not_believed(before, after):
    pem = new_key()
    signed = sign(MAIL, "example.com", "odoo", pem).replace(before, after, 1)
    assert not dkim.verify(signed, dnsfunc=published(dns_record(pem)))


@pytest.mark.parametrize("pem", ["", "nonsense", "-----BEGIN RSA PRIVATE KEY-----\nAA\n"])
def test_what_is_no_key_is_said_to_be_none(pem):
    with pytest.raises(KeyProblem):
        sign(MAIL, "example.com", "odoo", pem)


def test_the_account_is_told_when_its_own_key_is_not_published_or_another_one():
    pem = new_key()
    public = dns_record(pem).partition("p=")[2]
    assert judge_dkim({}, ("odoo", public)).level == "problem"
    assert judge_dkim({"odoo": dns_record(new_key())}, ("odoo", public)).level == "problem"
    assert judge_dkim({"odoo": dns_record(pem)}, ("odoo", public)).level == "ok"
