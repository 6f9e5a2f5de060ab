"""What the steps of a connection test say, in English, by stable code.

The code and the params are what a translated interface builds on; each text is a template over
the params of its step: host, port, protocol, server_text, tls_port and starttls_port (the usual
ones of the protocol), and what the code's own text names.
"""

from __future__ import annotations

from typing import NamedTuple

from ..i18n import _


class Text(NamedTuple):
    """``detail``: what happened; ``cause``: why, most likely; ``advice``: what to try next."""

    detail: str
    cause: str = ""
    advice: str = ""


TEXTS = {
    # name
    "name_found": Text(_("{host} is {addresses}.")),
    "name_unknown": Text(
        _("The server name {host} was not found."),
        _("It is misspelled, or the name server does not answer."),
        _("Compare the name with your provider's instructions."),
    ),
    "name_timeout": Text(
        _("Looking up {host} took too long."),
        _("The name server does not answer."),
        _("Try again in a minute."),
    ),
    "address_private": Text(
        _("{host} is not a server on the public internet."),
        _("The name leads into a private network, which only email managers may test."),
        _("Ask an email manager to test this account."),
    ),
    "port_forbidden": Text(
        _("Port {port} is not a port for mail."),
        _("Only the usual ports of mail servers may be tested: {ports}."),
        _("Use the port from your provider's instructions, or ask an email manager."),
    ),
    # tcp
    "tcp_open": Text(_("Connected to {address} port {port}.")),
    "tcp_refused": Text(
        _("{host} does not accept connections on port {port}."),
        _("The port is wrong, or the service is switched off."),
        _("The usual ports of {protocol} are {tls_port} (SSL/TLS) and {starttls_port} (STARTTLS)."),
    ),
    "tcp_timeout": Text(
        _("{host} does not answer on port {port}."),
        _("A firewall swallows the connection, or the server is down."),
        _("Check the port; ask whether outgoing connections to it are allowed from this server."),
    ),
    # tls
    "tls_ok": Text(
        _(
            "Encrypted with {version}. Certificate for {names}, issued by {issuer}, "
            "valid until {expires}."
        )
    ),
    "tls_expires_soon": Text(
        _("Encrypted with {version}. The certificate for {names} expires on {expires}."),
        _("From that day on the connection will fail, unless the certificate is renewed."),
        _("Tell the operator of the server."),
    ),
    "tls_unverified": Text(
        _(
            "Encrypted with {version}, but the server's certificate is not checked "
            "(for {names}, issued by {issuer}, valid until {expires})."
        ),
        _("The check is switched off for this account."),
        _(
            "Somebody in between could read along. Switch the check on if the server has a valid "
            "certificate."
        ),
    ),
    "tls_off": Text(
        _("The connection is not encrypted."),
        _("The account's security is set to none."),
        _(
            "Passwords and mail can be read on the way. "
            "Choose SSL/TLS or STARTTLS if the server has it."
        ),
    ),
    "certificate_expired": Text(
        _("The server's certificate has expired ({expires})."),
        _("Its operator has not renewed it in time. Or the clock of this server is wrong."),
        _("Tell the operator of {host}. Switch the check off only if you know the server."),
    ),
    "certificate_not_yet_valid": Text(
        _("The server's certificate is not valid yet."),
        _("The clock of this server or of {host} is wrong."),
        _("Compare the clocks."),
    ),
    "certificate_hostname": Text(
        _("The server's certificate is for {names}, not for {host}."),
        _("The server name is an alias, or it is another server."),
        _("If it is your provider's, enter one of the certificate's names as the server."),
    ),
    "certificate_self_signed": Text(
        _("The server's certificate is self-signed."),
        _("It was issued by {issuer}, which nobody vouches for."),
        _("If it is your own server, add its certificate as the trusted authority of the account."),
    ),
    "certificate_unknown_issuer": Text(
        _("The server's certificate was issued by an unknown authority ({issuer})."),
        _("It is a company's own authority, or the server does not send its whole chain."),
        _("Add the authority's certificate to the account, or tell the operator of {host}."),
    ),
    "certificate_other": Text(
        _("The server's certificate can't be trusted: {server_text}"),
        _("The certificate or its chain is faulty."),
        _("Tell the operator of {host}."),
    ),
    "ca_broken": Text(
        _("The trusted authority of the account is not a certificate."),
        _("It has to be PEM text that begins with -----BEGIN CERTIFICATE-----."),
        _("Paste it again, or leave it empty."),
    ),
    "tls_failed": Text(
        _("No encrypted connection could be agreed on. {server_text}"),
        _(
            "The port expects another kind of security, or the server knows only old versions of "
            "TLS (1.2 is the least)."
        ),
        _("Try SSL/TLS on port {tls_port}, or STARTTLS on port {starttls_port}."),
    ),
    "tls_timeout": Text(
        _("The server accepts the connection but does not begin to encrypt it."),
        _("The port expects another kind of security, or the server is overloaded."),
        _("Try SSL/TLS on port {tls_port}, or STARTTLS on port {starttls_port}."),
    ),
    "starttls_missing": Text(
        _("The server does not offer STARTTLS."),
        _("It only knows encryption from the start, or something in between took the offer away."),
        _("Try SSL/TLS on port {tls_port}."),
    ),
    "plaintext_injected": Text(
        _("The server sent data ahead of the encryption."),
        _("The server is faulty, or somebody interferes with the connection."),
        _("Don't use this server with STARTTLS. Try SSL/TLS on port {tls_port}."),
    ),
    # greeting and login
    "greeting_timeout": Text(
        _("The server accepts the connection but says nothing."),
        _("The port expects encryption from the start, or the server is overloaded."),
        _("On port {tls_port} choose SSL/TLS."),
    ),
    "greeting_refused": Text(
        _("The server refuses the connection: {server_text}"),
        _("It is out of service, or it does not want connections from this address."),
        _("Ask the operator of {host}."),
    ),
    "not_a_mail_server": Text(
        _("What answers on port {port} is no {protocol} server: {server_text}"),
        _("The port belongs to another service."),
        _("Check server name and port; those of IMAP, POP3 and SMTP are easily mixed up."),
    ),
    "login_ok": Text(_("Logged in as {login}.")),
    "login_skipped": Text(
        _("No login, since none is given."),
        _("Few servers send mail for people who don't log in."),
        _("Enter the login if the next steps fail."),
    ),
    "password_missing": Text(
        _("No password is stored for {login}."),
        _("It was never entered, or it was forgotten on purpose or with a lost key."),
        _("Type the password into the account, save, and test again."),
    ),
    "login_refused": Text(
        _("The server refuses the login or the password. It said: {server_text}"),
        _(
            "A typing error, an old password, or a provider that wants an app password or a "
            "sign-in on its web page."
        ),
        _(
            "Type the password again. With two-factor sign-in, make an app password at the "
            "provider. Try the whole address as the login."
        ),
    ),
    "login_not_offered": Text(
        _("The server offers no login by password on this connection. {server_text}"),
        _("Most servers offer it only once the connection is encrypted."),
        _("Choose SSL/TLS or STARTTLS."),
    ),
    "login_later": Text(
        _("The server lets nobody in at present: {server_text}"),
        _("Too many connections or attempts, or maintenance."),
        _("Wait a few minutes and test again."),
    ),
    # capabilities
    "imap_capabilities": Text(_("The server can: {features}.")),
    "imap_capabilities_few": Text(
        _("The server can: {features}. Not offered: {missing}."),
        _("An older or simple server."),
        _("Nothing to do: what is missing is done in a slower way."),
    ),
    "smtp_capabilities": Text(_("Mails up to {size} MB are taken. The server can: {features}.")),
    "smtp_capabilities_any": Text(_("Mails of any size are taken. The server can: {features}.")),
    "pop3_capabilities": Text(_("The server can tell its messages apart. It can: {features}.")),
    "pop3_no_uidl": Text(
        _("The server can't tell its messages apart (no UIDL): {server_text}"),
        _("It is very old, or something in between answers in its place."),
        _("Ask the operator of {host} for IMAP: without UIDL new mail can't be known."),
    ),
    # messages
    "messages_found": Text(_("Messages in the mailbox: {messages} ({size} MB).")),
    # folders
    "folders_found": Text(_("Folders found: {count}. Messages in the inbox: {messages}.")),
    "folders_none": Text(
        _("No folder can be opened."),
        _("The mailbox is not set up yet, or the login is not that of a mailbox."),
        _("Log in once on the provider's web page, then test again."),
    ),
    "inbox_refused": Text(
        _("The inbox can't be opened: {server_text}"),
        _("The server has a problem with this mailbox."),
        _("Ask the operator of {host}."),
    ),
    # sender
    "sender_ok": Text(_("The server takes mail from and to {sender}. Nothing was sent.")),
    "sender_invalid": Text(
        _("{sender} is not a mail address."),
        _("It is empty, or has spaces or signs that no address can have."),
        _("Correct the address of the account."),
    ),
    "sender_refused": Text(
        _("The server does not take mail from {sender}: {server_text}"),
        _("{why}"),
        _("Use an address that belongs to this login."),
    ),
    "recipient_refused": Text(
        _("The server does not take mail for {sender}: {server_text}"),
        _("{why}"),
        _("Check the address of the account."),
    ),
    "sender_later": Text(
        _("The server takes no mail at present: {server_text}"),
        _("{why}"),
        _("Wait a few minutes and test again."),
    ),
    # anywhere
    "internal": Text(
        _("The test itself went wrong."),
        _("This is a fault of the program, not of your account."),
        _("Look into the server's log, and report it."),
    ),
    "out_of_time": Text(
        _("The test was ended after {seconds} seconds."),
        _("The server answers very slowly."),
        _("Test again later."),
    ),
    "timeout": Text(
        _("The server stopped answering."),
        _("It is overloaded, or the connection is disturbed."),
        _("Test again in a minute."),
    ),
    "closed": Text(
        _("The server closed the connection. {server_text}"),
        _("It is overloaded, or it does not want this client."),
        _("Test again in a minute; check port and security."),
    ),
    "protocol": Text(
        _("The server's answer makes no sense: {server_text}"),
        _("It is faulty, or something in between interferes."),
        _("Ask the operator of {host}."),
    ),
    "refused": Text(
        _("The server refuses: {server_text}"),
        "",
        _("Ask the operator of {host}."),
    ),
}
