"""What the steps of a connection test say, in English, by stable code.

The code and the params are what a translated interface builds on; each text is a template over
the params of its step: host, port, server_text, and what the code's own text names.
"""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """``detail``: what happened; ``cause``: why, most likely; ``advice``: what to try next."""

    detail: str
    cause: str = ""
    advice: str = ""


TEXTS = {
    # name
    "name_found": Text("{host} is {addresses}."),
    "name_unknown": Text(
        "The server name {host} was not found.",
        "It is misspelled, or the name server does not answer.",
        "Compare the name with your provider's instructions.",
    ),
    "name_timeout": Text(
        "Looking up {host} took too long.",
        "The name server does not answer.",
        "Try again in a minute.",
    ),
    "address_private": Text(
        "{host} is not a server on the public internet.",
        "The name leads into a private network, which only managers may test.",
        "Ask a manager to test and save this account.",
    ),
    "port_forbidden": Text(
        "Port {port} is not a port for mail.",
        "Only the usual ports of mail servers may be tested: {ports}.",
        "Use the port from your provider's instructions, or ask a manager to test it.",
    ),
    # tcp
    "tcp_open": Text("Connected to {address} port {port}."),
    "tcp_refused": Text(
        "{host} does not accept connections on port {port}.",
        "The port is wrong, or the service is switched off. ({reason})",
        "Usual ports: IMAP 993 (TLS) or 143 (STARTTLS); SMTP 465 (TLS) or 587 (STARTTLS).",
    ),
    "tcp_timeout": Text(
        "{host} does not answer on port {port}.",
        "A firewall swallows the connection, or the server is down.",
        "Check the port; ask whether outgoing connections to it are allowed from this server.",
    ),
    # tls
    "tls_ok": Text(
        "Encrypted with {version}. Certificate for {names}, issued by {issuer}, "
        "valid until {expires}."
    ),
    "tls_expires_soon": Text(
        "Encrypted with {version}. The certificate for {names} expires on {expires}.",
        "In {days} days the connection will be refused unless the certificate is renewed.",
        "Tell the operator of the server.",
    ),
    "tls_unverified": Text(
        "Encrypted with {version}, but the server's certificate is not checked "
        "(for {names}, issued by {issuer}, valid until {expires}).",
        "The check is switched off for this account.",
        "Somebody in between could read along. Switch the check on if the server has a valid "
        "certificate.",
    ),
    "tls_off": Text(
        "The connection is not encrypted.",
        "The account's security is set to none.",
        "Passwords and mail can be read on the way. Choose TLS or STARTTLS if the server has it.",
    ),
    "certificate_expired": Text(
        "The server's certificate has expired ({expires}).",
        "Its operator has not renewed it in time. Or the clock of this server is wrong.",
        "Tell the operator of {host}. Switch the check off only if you know the server.",
    ),
    "certificate_not_yet_valid": Text(
        "The server's certificate is not valid yet.",
        "The clock of this server or of {host} is wrong.",
        "Compare the clocks.",
    ),
    "certificate_hostname": Text(
        "The server's certificate is for {names}, not for {host}.",
        "The server name is an alias, or it is another server.",
        "Enter one of the names of the certificate as the server name, if it is your provider's.",
    ),
    "certificate_self_signed": Text(
        "The server's certificate is self-signed.",
        "It was issued by {issuer}, which nobody vouches for.",
        "If it is your own server, add its certificate as the trusted authority of the account.",
    ),
    "certificate_unknown_issuer": Text(
        "The server's certificate was issued by an unknown authority ({issuer}).",
        "It is a company's own authority, or the server does not send its whole chain.",
        "Add the authority's certificate to the account, or tell the operator of {host}.",
    ),
    "certificate_other": Text(
        "The server's certificate can't be trusted: {server_text}",
        "The certificate or its chain is faulty.",
        "Tell the operator of {host}.",
    ),
    "ca_broken": Text(
        "The trusted authority of the account is not a certificate.",
        "It has to be PEM text that begins with -----BEGIN CERTIFICATE-----.",
        "Paste it again, or leave it empty.",
    ),
    "tls_failed": Text(
        "No encrypted connection could be agreed on. {server_text}",
        "The port expects another kind of security, or the server knows only old versions of "
        "TLS (1.2 is the least).",
        "Try STARTTLS on ports 143 and 587, TLS on ports 993 and 465.",
    ),
    "starttls_missing": Text(
        "The server does not offer STARTTLS.",
        "It only knows encryption from the start, or something in between took the offer away.",
        "Try TLS with port 993 (IMAP) or 465 (SMTP).",
    ),
    "plaintext_injected": Text(
        "The server sent data ahead of the encryption.",
        "The server is faulty, or somebody interferes with the connection.",
        "Don't use this server with STARTTLS. Try TLS with port 993 (IMAP) or 465 (SMTP).",
    ),
    # greeting and login
    "greeting_timeout": Text(
        "The server accepts the connection but says nothing.",
        "The port expects encryption from the start, or the server is overloaded.",
        "On ports 993 and 465 choose TLS.",
    ),
    "greeting_refused": Text(
        "The server refuses the connection: {server_text}",
        "It is out of service, or it does not want connections from this address.",
        "Ask the operator of {host}.",
    ),
    "not_a_mail_server": Text(
        "What answers on port {port} is no {protocol} server: {server_text}",
        "The port belongs to another service.",
        "Check server name and port; IMAP and SMTP are easily mixed up.",
    ),
    "login_ok": Text("Logged in as {login}."),
    "login_skipped": Text(
        "No login, since none is given.",
        "Few servers send mail for people who don't log in.",
        "Enter the login if the next steps fail.",
    ),
    "login_refused": Text(
        "The server refuses the login or the password: {server_text}",
        "A typing error, an old password, or a provider that wants an app password or a sign-in "
        "on its web page.",
        "Type the password again. With two-factor sign-in, make an app password at the provider. "
        "Try the whole address as the login.",
    ),
    "login_not_offered": Text(
        "The server offers no login by password on this connection. {server_text}",
        "Most servers offer it only once the connection is encrypted.",
        "Choose TLS or STARTTLS.",
    ),
    "login_later": Text(
        "The server lets nobody in at present: {server_text}",
        "Too many connections or attempts, or maintenance.",
        "Wait a few minutes and test again.",
    ),
    # capabilities
    "imap_capabilities": Text("The server can: {features}."),
    "imap_capabilities_few": Text(
        "The server can: {features}. Not offered: {missing}.",
        "An older or simple server.",
        "Nothing to do: what is missing is done in a slower way.",
    ),
    "smtp_capabilities": Text("The server takes mails up to {size} and can: {features}."),
    # folders
    "folders_found": Text("{count} folders found, {messages} messages in the inbox. {uses}"),
    "folders_none": Text(
        "No folder can be opened.",
        "The mailbox is not set up yet, or the login is not that of a mailbox.",
        "Log in once on the provider's web page, then test again.",
    ),
    "inbox_refused": Text(
        "The inbox can't be opened: {server_text}",
        "The server has a problem with this mailbox.",
        "Ask the operator of {host}.",
    ),
    # sender
    "sender_ok": Text("The server takes mail from and to {sender}. Nothing was sent."),
    "sender_invalid": Text(
        "{sender} is not a mail address.",
        "It is empty, or has spaces or signs that no address can have.",
        "Correct the address of the account.",
    ),
    "sender_refused": Text(
        "The server does not take mail from {sender}: {server_text}",
        "{why}",
        "Use an address that belongs to this login.",
    ),
    "recipient_refused": Text(
        "The server does not take mail for {sender}: {server_text}",
        "{why}",
        "Check the address of the account.",
    ),
    "sender_later": Text(
        "The server takes no mail at present: {server_text}",
        "{why}",
        "Wait a few minutes and test again.",
    ),
    # anywhere
    "out_of_time": Text(
        "The test was ended after {seconds} seconds.",
        "The server answers very slowly.",
        "Test again later.",
    ),
    "timeout": Text(
        "The server stopped answering.",
        "It is overloaded, or the connection is disturbed.",
        "Test again in a minute.",
    ),
    "closed": Text(
        "The server closed the connection. {server_text}",
        "It is overloaded, or it does not want this client.",
        "Test again in a minute; check port and security.",
    ),
    "protocol": Text(
        "The server's answer makes no sense: {server_text}",
        "It is faulty, or something in between interferes.",
        "Ask the operator of {host}.",
    ),
    "refused": Text(
        "The server refuses: {server_text}",
        "",
        "Ask the operator of {host}.",
    ),
}
