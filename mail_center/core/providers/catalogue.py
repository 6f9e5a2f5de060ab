"""Well-known mail providers: which servers serve an address, and what a person must do first.

Facts as published by the providers. Sending limits are given only where the provider publishes
them; anything else is None, for *not known*.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..i18n import _
from ..net import Security

TLS, STARTTLS = Security.TLS.value, Security.STARTTLS.value
LOGINS = ("address", "local")


@dataclass(frozen=True)
class Server:
    """One server. ``security`` is ``tls``, ``starttls`` or ``none`` (core.net.Security).

    ``host`` may contain ``{domain}``, which :func:`lookup` fills in.
    """

    host: str
    port: int
    security: str = TLS


@dataclass(frozen=True)
class SendingLimits:
    """How much one mailbox may send; ``unit`` is ``messages`` or ``recipients``."""

    per_day: int | None = None
    per_hour: int | None = None
    per_minute: int | None = None
    unit: str = "messages"


@dataclass(frozen=True)
class Provider:
    """``domains``: addresses it serves. ``mx_suffixes``: ends of the MX host names of other
    domains that it hosts. ``imap`` and ``smtp`` are None where the provider has none.
    ``login``: what to log in with, the whole ``address`` or its ``local`` part.
    ``auth``: ``password``, ``app_password`` (one made for this program in the provider's
    settings) or ``oauth``. ``note``: what a person has to know or do, in English.
    ``exact``: False if the host names are the customary ones and can differ for one customer."""

    name: str
    domains: tuple[str, ...]
    mx_suffixes: tuple[str, ...]
    imap: Server | None
    smtp: Server | None
    login: str = "address"
    auth: str = "password"
    note: str = ""
    limits: SendingLimits | None = None
    exact: bool = True


_APP = _("Create an app password in the provider's security settings and use it here.")
_ENABLE = _("IMAP has to be switched on in the settings of the mailbox first.")
_OWN_HOST = _("The server can have another name; it is shown in the customer panel.")


def _at(name, domains, mx, imap, smtp, **more) -> Provider:
    """A provider from ``host`` or ``host:port``; port 587 is STARTTLS, all others are TLS."""
    return Provider(
        name, tuple(domains.split()), tuple(mx.split()), _server(imap, 993), _server(smtp, 465),
        **more,
    )


def _server(text: str, port: int) -> Server:
    host, _colon, given = text.partition(":")
    number = int(given or port)
    return Server(host, number, STARTTLS if number in (587, 1143, 1025) else TLS)


def _app(*args, note=_APP, **more) -> Provider:
    return _at(*args, auth="app_password", note=note, **more)


PROVIDERS: tuple[Provider, ...] = (
    # -- international --
    _app(
        "Gmail",
        "gmail.com googlemail.com",
        "",
        "imap.gmail.com",
        "smtp.gmail.com",
        note=_(
            "Google takes no ordinary password here: switch on 2-step verification and create an "
            "app password."
        ),
        limits=SendingLimits(per_day=500),
    ),
    _app(
        "Google Workspace",
        "",
        "google.com googlemail.com",
        "imap.gmail.com",
        "smtp.gmail.com",
        note=_(
            "Google takes no ordinary password here: create an app password, if the administrator "
            "allows it."
        ),
        limits=SendingLimits(per_day=2000),
    ),
    _at(
        "Outlook.com",
        "outlook.com outlook.de outlook.fr outlook.es outlook.it outlook.pl outlook.cz "
        "hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.it hotmail.es live.com live.de "
        "live.fr live.nl live.co.uk live.it msn.com windowslive.com",
        "",
        "outlook.office365.com",
        "smtp-mail.outlook.com:587",
        auth="oauth",
        note=_(
            "Microsoft accepts no password for this mailbox, only a sign-in on its own page "
            "(OAuth): it can't be connected with a password."
        ),
    ),
    _at(
        "Microsoft 365",
        "",
        "mail.protection.outlook.com mx.microsoft",
        "outlook.office365.com",
        "smtp.office365.com:587",
        auth="oauth",
        note=_(
            "Microsoft accepts no password for this mailbox, only a sign-in on its own page "
            "(OAuth): it can't be connected with a password."
        ),
        limits=SendingLimits(per_day=10000, per_minute=30, unit="recipients"),
    ),
    _app(
        "Yahoo",
        "yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.pl yahoo.ca yahoo.in "
        "yahoo.co.in yahoo.com.br yahoo.com.mx yahoo.com.ar ymail.com rocketmail.com myyahoo.com",
        "",
        "imap.mail.yahoo.com",
        "smtp.mail.yahoo.com",
    ),
    _app("AOL", "aol.com aol.de aol.fr aol.co.uk aim.com", "", "imap.aol.com", "smtp.aol.com"),
    _app(
        "iCloud",
        "icloud.com me.com mac.com",
        "mail.icloud.com",
        "imap.mail.me.com",
        "smtp.mail.me.com:587",
        note=_("Create an app-specific password for your Apple Account."),
        limits=SendingLimits(per_day=1000),
    ),
    _app(
        "Fastmail",
        "fastmail.com fastmail.fm fastmail.net fastmail.org fastmail.to sent.com "
        "messagingengine.com",
        "messagingengine.com",
        "imap.fastmail.com",
        "smtp.fastmail.com",
    ),
    _at("Zoho Mail", "zoho.com zohomail.com", "", "imap.zoho.com", "smtp.zoho.com", note=_ENABLE),
    _at("Zoho Mail (EU)", "zoho.eu zohomail.eu", "", "imap.zoho.eu", "smtp.zoho.eu", note=_ENABLE),
    _at(
        "Zoho Mail for business",
        "",
        "zoho.com",
        "imappro.zoho.com",
        "smtppro.zoho.com",
        note=_ENABLE,
    ),
    _at(
        "Zoho Mail for business (EU)",
        "",
        "zoho.eu",
        "imappro.zoho.eu",
        "smtppro.zoho.eu",
        note=_ENABLE,
    ),
    _at(
        "Proton Mail (Bridge)",
        "proton.me protonmail.com protonmail.ch pm.me",
        "protonmail.ch",
        "127.0.0.1:1143",
        "127.0.0.1:1025",
        exact=False,
        note=_(
            "Proton has no IMAP of its own: run Proton Bridge beside this server (a paid plan) "
            "and use the login, password and certificate that it shows."
        ),
    ),
    Provider(
        "Tuta",
        ("tuta.com", "tuta.io", "tutanota.com", "tutanota.de", "tutamail.com", "keemail.me"),
        ("tutanota.de",),
        None,
        None,
        note=_("Tuta offers neither IMAP nor SMTP, so it can't be used here."),
    ),
    _at(
        "mail.com",
        "mail.com email.com usa.com consultant.com engineer.com europe.com post.com",
        "mail.com",
        "imap.mail.com",
        "smtp.mail.com",
        note=_ENABLE,
    ),
    _at(
        "IONOS",
        "",
        "kundenserver.de ionos.de ionos.com ionos.fr ionos.es ionos.it ionos.co.uk",
        "imap.ionos.com",
        "smtp.ionos.com",
    ),
    _at(
        "OVHcloud",
        "",
        "ovh.net",
        "ssl0.ovh.net",
        "ssl0.ovh.net",
        limits=SendingLimits(per_hour=200),
    ),
    _at("Gandi", "", "gandi.net", "mail.gandi.net", "mail.gandi.net"),
    _at("Infomaniak", "ik.me ikmail.com etik.com", "infomaniak.ch", "mail.infomaniak.com",
        "mail.infomaniak.com"),
    _at("Migadu", "", "migadu.com", "imap.migadu.com", "smtp.migadu.com"),
    _at("Hostinger", "", "hostinger.com", "imap.hostinger.com", "smtp.hostinger.com"),
    _at("GoDaddy Workspace", "", "secureserver.net", "imap.secureserver.net",
        "smtpout.secureserver.net"),
    _at("Rackspace Email", "", "emailsrvr.com", "secure.emailsrvr.com", "secure.emailsrvr.com"),
    _at("StartMail", "startmail.com", "startmail.com", "imap.startmail.com", "smtp.startmail.com",
        auth="app_password", note=_APP),
    # -- Poland --
    _at("Onet", "onet.pl onet.eu onet.com.pl poczta.onet.pl poczta.onet.eu op.pl vp.pl "
        "autograf.pl buziaczek.pl amorki.pl spoko.pl", "onet.pl", "imap.poczta.onet.pl",
        "smtp.poczta.onet.pl", note=_ENABLE),
    _at("WP", "wp.pl wp.eu", "wp.pl", "imap.wp.pl", "smtp.wp.pl", note=_ENABLE),
    _at("Interia", "interia.pl interia.eu interia.com intmail.pl poczta.fm", "interia.pl",
        "poczta.interia.pl", "poczta.interia.pl"),
    _at("o2", "o2.pl tlen.pl go2.pl prokonto.pl", "tlen.pl", "poczta.o2.pl", "poczta.o2.pl",
        note=_ENABLE),
    _at("Gazeta.pl", "gazeta.pl", "", "imap.gazeta.pl", "smtp.gazeta.pl", note=_ENABLE),
    _at("home.pl", "", "home.pl", "poczta.home.pl", "poczta.home.pl", exact=False,
        note=_OWN_HOST),
    _at("nazwa.pl", "", "nazwa.pl", "mail.{domain}", "mail.{domain}", exact=False,
        note=_OWN_HOST),
    _at("cyber_Folks", "", "cyberfolks.pl cyber-folks.pl", "mail.{domain}", "mail.{domain}",
        exact=False, note=_OWN_HOST),
    # -- Germany, Austria, Switzerland --
    _at("GMX", "gmx.de gmx.net gmx.at gmx.ch gmx.eu", "gmx.net", "imap.gmx.net", "mail.gmx.net",
        note=_ENABLE),
    _at("GMX (international)", "gmx.com gmx.us gmx.co.uk gmx.fr gmx.es", "", "imap.gmx.com",
        "mail.gmx.com", note=_ENABLE),
    _at("WEB.DE", "web.de email.de", "web.de", "imap.web.de", "smtp.web.de:587", note=_ENABLE),
    _at("T-Online", "t-online.de magenta.de", "t-online.de", "secureimap.t-online.de",
        "securesmtp.t-online.de",
        note=_("Telekom asks for an e-mail password of its own, set in the customer centre."),
    ),
    _at("freenet", "freenet.de", "freenet.de", "mx.freenet.de", "mx.freenet.de"),
    _at("mailbox.org", "mailbox.org", "mailbox.org", "imap.mailbox.org", "smtp.mailbox.org"),
    _at("Posteo", "posteo.de posteo.net posteo.org posteo.eu posteo.at posteo.ch posteo.us",
        "posteo.de", "posteo.de", "posteo.de"),
    _at("STRATO", "", "rzone.de", "imap.strato.de", "smtp.strato.de"),
    _at("Bluewin", "bluewin.ch", "", "imaps.bluewin.ch", "smtpauths.bluewin.ch"),
    # -- France --
    _at("Orange", "orange.fr wanadoo.fr", "", "imap.orange.fr", "smtp.orange.fr"),
    _at("SFR", "sfr.fr neuf.fr cegetel.net", "", "imap.sfr.fr", "smtp.sfr.fr"),
    _at(
        "Free",
        "free.fr",
        "",
        "imap.free.fr",
        "smtp.free.fr",
        note=_("Authenticated SMTP has to be switched on in the Free customer area first."),
    ),
    _at(
        "La Poste",
        "laposte.net",
        "laposte.net",
        "imap.laposte.net",
        "smtp.laposte.net",
        note=_ENABLE,
    ),
    # -- Italy --
    _at("Libero", "libero.it inwind.it iol.it blu.it giallo.it", "libero.it",
        "imapmail.libero.it", "smtp.libero.it", note=_ENABLE),
    _at("Virgilio", "virgilio.it", "", "in.virgilio.it", "out.virgilio.it"),
    _at("Aruba", "aruba.it technet.it", "aruba.it", "imaps.aruba.it", "smtps.aruba.it"),
    _at("Tiscali", "tiscali.it", "", "imap.tiscali.it", "smtp.tiscali.it"),
    # -- Czechia, Bulgaria, Ukraine, Russia --
    _at("Seznam.cz", "seznam.cz email.cz post.cz spoluzaci.cz", "seznam.cz", "imap.seznam.cz",
        "smtp.seznam.cz", note=_ENABLE),
    _at("Centrum.cz", "centrum.cz atlas.cz", "", "imap.centrum.cz", "smtp.centrum.cz"),
    _at("ABV", "abv.bg", "abv.bg", "imap.abv.bg", "smtp.abv.bg", note=_ENABLE),
    _app("UKR.NET", "ukr.net", "ukr.net", "imap.ukr.net", "smtp.ukr.net"),
    _app("Yandex", "yandex.ru yandex.com yandex.by yandex.kz ya.ru", "yandex.net yandex.ru",
         "imap.yandex.com", "smtp.yandex.com"),
    _app("Mail.ru", "mail.ru inbox.ru list.ru bk.ru internet.ru", "mail.ru", "imap.mail.ru",
         "smtp.mail.ru"),
    # -- America, Asia --
    _at(
        "Comcast",
        "comcast.net xfinity.com",
        "",
        "imap.comcast.net",
        "smtp.comcast.net",
        note=_("Third-party access has to be allowed in the mailbox's security settings."),
    ),
    _app(
        "QQ Mail",
        "qq.com foxmail.com",
        "qq.com",
        "imap.qq.com",
        "smtp.qq.com",
        note=_("Switch on IMAP and use the authorization code shown there as the password."),
    ),
    _app(
        "NetEase 163",
        "163.com",
        "",
        "imap.163.com",
        "smtp.163.com",
        note=_("Switch on IMAP and use the authorization code shown there as the password."),
    ),
)

_BY_DOMAIN: dict[str, Provider] = {}
_BY_MX: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Make a provider known, for addons; of two for the same domain the later one wins."""
    _BY_DOMAIN.update(dict.fromkeys(provider.domains, provider))
    _BY_MX.update(dict.fromkeys(provider.mx_suffixes, provider))


for _provider in PROVIDERS:
    register(_provider)


@functools.lru_cache(maxsize=4096)
def domain_of(address: str) -> str:
    """The domain of an address or of a bare domain, lower-case, in ASCII (IDNA); '' if none."""
    domain = address.strip().rpartition("@")[2].rstrip(".").strip().lower()
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    labels = domain.split(".")
    fine = len(labels) > 1 and all(
        label and label.replace("-", "").isalnum() and label[0] != "-" != label[-1]
        for label in labels
    )
    return domain if fine else ""


def lookup(address: str) -> Provider | None:
    """The provider that serves ``name@domain`` (or a bare domain); None if it isn't known."""
    domain = domain_of(address)
    provider = _BY_DOMAIN.get(domain)
    return _filled(provider, domain) if provider else None


def lookup_mx(address: str, mx_hosts: Iterable[str]) -> Provider | None:
    """The provider whose mail exchangers these are (RFC 5321 section 5.1), best first."""
    for host in mx_hosts:
        labels = host.rstrip(".").lower().split(".")
        for start in range(len(labels)):
            provider = _BY_MX.get(".".join(labels[start:]))
            if provider:
                return _filled(provider, domain_of(address))
    return None


def login_for(provider: Provider, address: str) -> str:
    """What to log in with as ``address``."""
    return address.partition("@")[0] if provider.login == "local" else address


def _filled(provider: Provider, domain: str) -> Provider:
    def fill(server: Server | None) -> Server | None:
        if server is None or "{domain}" not in server.host:
            return server
        return replace(server, host=server.host.replace("{domain}", domain))

    return replace(provider, imap=fill(provider.imap), smtp=fill(provider.smtp))
