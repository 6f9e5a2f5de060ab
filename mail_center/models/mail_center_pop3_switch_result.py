from dataclasses import dataclass

from odoo import api, models

from ..core.pop3 import Candidate, head_key, match_for_switch


@dataclass(frozen=True)
class Here:
    """A mail that came by POP3. ``key``: its row's id; ``digest`` of its header; ``keys``: the
    head keys it may have."""

    key: int
    message: int
    message_id: str
    content: str
    size: int
    digest: str
    keys: frozenset[str]


@dataclass(frozen=True)
class Result:
    """How both sides compare. ``pairs``: [(id of a message, UID)], ``waiting``: [(id of a
    quarantine line, UID)]; the rest are counts of messages."""

    pairs: tuple[tuple[int, int], ...]
    waiting: tuple[tuple[int, int], ...]
    by_id: int
    by_content: int
    differing: int
    only_here: int
    only_there: int


class MailCenterPop3Switch(models.AbstractModel):
    """How what came by POP3 and what lies in the INBOX compare."""

    _inherit = "mail.center.pop3.switch"

    @api.model
    def _here(self, account):
        """What came by POP3, as a list of :class:`Here`, oldest first."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT row.id, row.state, message.id, message.message_id, message.content_hash,
                   message.size, row.digest, message.email_from, message.date
              FROM mail_center_pop3_message row
              JOIN mail_center_message message ON message.id = row.message_id
             WHERE row.account_id = %s
          ORDER BY row.state = 'here' DESC, row.id
            """,
            [account.id],
        )
        found, seen = [], set()
        for row, state, message, name, content, size, digest, sender, date in (
            self.env.cr.fetchall()
        ):
            if state != "here" and message in seen:
                continue  # the same mail under an older unique id
            seen.add(message)
            keys = frozenset({head_key(sender or "", date), head_key(sender or "", None)})
            found.append(
                Here(row, message, name or "", content or "", size, digest or "", keys)
            )
        return found

    @api.model
    def _quarantined(self, account):
        """Quarantine lines with bytes that came by POP3."""
        return self.env["mail.center.quarantine"].search(
            [
                ("account_id", "=", account.id),
                ("folder_id.path", "=", "INBOX"),
                ("uidvalidity", "=", 0),
                ("state", "!=", "solved"),
                ("size", ">", 0),
            ]
        )

    @api.model
    def _result(self, wizard):
        """Compare the lines with what is here, as a :class:`Result`."""
        here = {mail.key: mail for mail in self._here(wizard.account_id)}
        lines = {line.uid: line for line in wizard.line_ids}
        waiting = {uid: line.quarantine_id.id for uid, line in lines.items() if line.quarantine_id}
        match = match_for_switch(
            [Candidate(mail.key, mail.message_id, mail.content) for mail in here.values()],
            [
                Candidate(uid, line.message_id or "", line.content or "")
                for uid, line in sorted(lines.items())
                if uid not in waiting
            ],
        )
        # A Message-ID alone proves nothing: what says something else is another mail.
        sure = [
            pair for pair in match.pairs
            if here[pair.pop].content and here[pair.pop].content == lines[pair.imap].content
        ]
        differing = len(match.pairs) - len(sure)
        return Result(
            pairs=tuple((here[pair.pop].message, pair.imap) for pair in sure),
            waiting=tuple((line, uid) for uid, line in waiting.items()),
            by_id=sum(pair.by == "id" for pair in sure),
            by_content=sum(pair.by == "content" for pair in sure),
            differing=differing,
            only_here=match.only_here + differing,
            only_there=match.only_there + differing,
        )
