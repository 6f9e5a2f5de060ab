import logging
import traceback
from datetime import date

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import get_lang
from odoo.tools.translate import get_translation

from ..core.probe import (
    RESERVE,
    STEPS,
    TEXTS,
    Policy,
    climb_together,
    probe_imap,
    probe_pop3,
    probe_smtp,
)
from ..core.providers import discover, lookup

_logger = logging.getLogger(__name__)

SECONDS = 20.0
TESTS_A_MINUTE = 10
SEARCHES_A_MINUTE = 10
# What says nothing about the servers, only about who asks.
FORBIDDEN = frozenset({"address_private", "port_forbidden"})


class MailCenterProbe(models.AbstractModel):
    """The connection test and the search for settings, up to where the network begins.

    Whatever touches the network is returned as a generator that knows neither cursor nor
    environment: the transaction is over before its first step.
    """

    _name = "mail.center.probe"
    _description = "Email connection test"

    @api.model
    def _policy(self):
        """Where the current user may connect to."""
        manager = self.env.user.has_group("mail_center.group_manager")
        return Policy(allow_private=manager, any_port=manager)

    # ---- the connection test ------------------------------------------------

    @api.model
    def _test(self, account):
        """Check, count and log the test, and return the generator of its news.

        The news are dictionaries for the browser: one ``plan``, a ``step`` for each rung as it
        is done, one ``end``; all texts are in the user's language. Takes 20 seconds at most.
        """
        account._require_test()
        account = account.sudo()
        kinds = self._kinds(account)
        self.env["mail.center.rate.limit"]._take("connection_test", TESTS_A_MINUTE)
        self.env["mail.center.log"]._add(
            account,
            "connection_test",
            self.env._("%s tests the connection.", self.env.user.name),
        )
        policy = self._policy()
        seconds = SECONDS - RESERVE
        ladders = {}
        for kind in kinds:
            endpoint = account._endpoint(kind, incomplete=True)
            if kind == "smtp":
                ladders[kind] = probe_smtp(endpoint, account.email, policy, seconds)
            else:
                probe = probe_imap if kind == "imap" else probe_pop3
                ladders[kind] = probe(endpoint, policy, seconds)
        return self._news(account, ladders)

    @api.model
    def _kinds(self, account):
        """What can be tested: IMAP (POP3 of a legacy account) and SMTP."""
        kinds = [kind for kind in (account.protocol, "smtp") if account[f"{kind}_host"]]
        if not kinds:
            raise UserError(
                self.env._("There is nothing to test yet: enter the servers of the account first.")
            )
        return kinds

    @api.model
    def _news(self, account, ladders):
        plan = {"type": "plan", "ladders": [self._ladder(account, kind) for kind in ladders]}
        # What is said of passwords is for who uses one.
        uses_password = account.auth == "password"
        texts = _Texts(self.env, lookup(account.email or "") if uses_password else None)
        incoming = account.protocol
        ends = self._ends()
        if incoming == "pop3":
            ends[(None, True)] = self.env._(
                "Mail can be sent. Nothing can be fetched, since there is no POP3 server."
            )

        def news():
            yield plan
            good = dict.fromkeys(ladders, False)
            warned = forbidden = False
            for step in climb_together(ladders, SECONDS):
                if step.error is not None:
                    # The lines of code alone: the message could quote what is secret.
                    places = "".join(traceback.format_tb(step.error.__traceback__))
                    _logger.error(
                        "The connection test failed: %s\n%s", type(step.error).__name__, places
                    )
                yield texts.step(step)
                warned |= step.warning
                forbidden |= step.code in FORBIDDEN
                good[step.protocol] = step.ok and step.name == STEPS[step.protocol][-1]
            ok = all(good.values())
            if forbidden:
                key = "forbidden"
            elif ok and warned:
                key = "warned"
            else:
                key = tuple(good.get(kind) for kind in (incoming, "smtp"))
            yield {
                "type": "end",
                "ok": ok,
                "warning": ok and warned,
                "fetch_ok": bool(good.get(incoming)),
                "message": ends[key],
            }

        return news()

    @api.model
    def _ladder(self, account, kind):
        names = self._step_names()
        titles = {
            "imap": self.env._("Incoming mail (IMAP)"),
            "pop3": self.env._("Incoming mail (POP3)"),
            "smtp": self.env._("Outgoing mail (SMTP)"),
        }
        return {
            "protocol": kind,
            "title": titles[kind],
            "server": f"{account[f'{kind}_host']}:{account[f'{kind}_port']}",
            "steps": [{"name": name, "title": names[name]} for name in STEPS[kind]],
        }

    @api.model
    def _step_names(self):
        return {
            "name": self.env._("Find the server"),
            "tcp": self.env._("Connect"),
            "tls": self.env._("Encrypt"),
            "login": self.env._("Log in"),
            "capabilities": self.env._("Ask what the server can do"),
            "folders": self.env._("Look at the folders"),
            "messages": self.env._("Count the messages"),
            "sender": self.env._("Offer a mail, without sending it"),
        }

    @api.model
    def _ends(self):
        """The last word, by whether fetching and sending work (None: not tested)."""
        return {
            "forbidden": self.env._("Only an email manager can test these servers."),
            "warned": self.env._("It works. Have a look at the steps marked in yellow."),
            (True, True): self.env._("All is well: mail can be fetched and sent."),
            (True, None): self.env._(
                "Mail can be fetched. Nothing can be sent, since there is no SMTP server."
            ),
            (None, True): self.env._(
                "Mail can be sent. Nothing can be fetched, since there is no IMAP server."
            ),
            (True, False): self.env._("Mail can be fetched, but not sent."),
            (False, True): self.env._("Mail can be sent, but not fetched."),
            (False, False): self.env._("Mail can be neither fetched nor sent."),
            (False, None): self.env._("Mail can't be fetched."),
            (None, False): self.env._("Mail can't be sent."),
        }

    # ---- finding the settings -----------------------------------------------

    @api.model
    def _find(self, email):
        """Check and count the search, and return the generator of its one answer."""
        if not self.env.user.has_group("mail_center.group_manager"):
            # Nobody else may set servers, so to nobody else the answer would be of use.
            raise UserError(self.env._("Only an email manager may set up the servers."))
        email = (email or "").strip()[:320]  # longer than any address (RFC 5321, 4.5.3.1)
        self.env["mail.center.rate.limit"]._take("find_settings", SEARCHES_A_MINUTE)
        policy = self._policy()
        translated = _Translated(self.env)
        nothing = self.env._(
            "No settings were found for this address. Your provider's instructions name the "
            "servers: enter them below."
        )
        messages = {
            "catalogue": self.env._("These are the settings of a well-known provider."),
            "autoconfig": self.env._("The domain publishes these settings."),
            "mx": self.env._("The mail of this domain is with a well-known provider."),
            "guess": self.env._(
                "These servers answer under the usual names. Test the connection to be sure."
            ),
        }
        oauth = self.env._(
            "The provider may accept only a sign-in on its own page (OAuth), and no password."
        )

        sign_in = self.env["mail.center.account"]._oauth_note()
        signing_in = self.env["mail.center.account"]._oauth_all_hosts()

        def answer():
            found = discover(
                email, allows_address=policy.allows_address, any_port=policy.any_port
            )
            if not found or not (found.imap or found.smtp):
                note = translated(found.note) if found else ""
                yield {"ok": False, "message": note or nothing}
                return
            note = translated(found.note) or (oauth if found.auth == "oauth" else "")
            if found.imap and found.imap.host in signing_in:
                note = sign_in
            yield {
                "ok": True,
                "message": messages[found.source],
                "provider": found.name,
                "note": note,
                "settings": _settings(found),
            }

        return answer()


def _settings(found):
    """The fields of an account for what was found; only of the servers that were."""
    settings = {}
    for kind in ("imap", "smtp"):
        if server := getattr(found, kind):
            settings |= {
                f"{kind}_host": server.host,
                f"{kind}_port": server.port,
                f"{kind}_security": server.security,
                f"{kind}_login": getattr(found, f"{kind}_login"),
            }
    return settings


class _Translated:
    """The core's English texts in the user's language, without holding on to *env*."""

    def __init__(self, env):
        self._lang = env.lang or "en_US"
        self.date_format = get_lang(env).date_format

    def __call__(self, text):
        return get_translation("mail_center", self._lang, text, ()) if text else ""


class _Texts:
    """The steps of the test in the user's language."""

    def __init__(self, env, provider):
        self._translated = _Translated(env)
        self._provider = provider

    def step(self, step):
        params = dict(step.params)
        if "why" in params:
            params["why"] = self._translated(params["why"])
        if "expires" in params:
            when = date.fromisoformat(params["expires"])
            params["expires"] = when.strftime(self._translated.date_format)
        detail, cause, advice = (self._fill(text, params) for text in TEXTS[step.code])
        hint = ""
        if step.code in ("login_refused", "login_not_offered") and self._provider:
            hint = self._translated(self._provider.note)
        return {
            "type": "step",
            "protocol": step.protocol,
            "name": step.name,
            "ok": step.ok,
            "warning": step.warning,
            "code": step.code,
            "detail": detail,
            "cause": cause,
            "advice": advice,
            "hint": hint,
            "seconds": round(step.seconds, 1),
        }

    def _fill(self, text, params):
        values = _Known(params)
        try:
            return self._translated(text).format_map(values).strip()
        except (ValueError, IndexError, AttributeError):
            # A translation whose braces are broken must not break the test.
            return text.format_map(values).strip()


class _Known(dict):
    def __missing__(self, key):
        return "?"
