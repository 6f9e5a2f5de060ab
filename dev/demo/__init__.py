"""The demo: mailboxes full of plausible mail, a customer who answers, and Odoo users to look.

``people``, ``stories_*``, ``newsletters`` and ``specials`` say what is in the mail,
``attachments`` and ``build`` turn it into RFC 5322 bytes, ``mails`` puts it together.
``seed_mailboxes`` and ``seed_odoo`` fill the sandbox, ``customer`` is the robot that answers
(``answers`` decides whether and what, ``robots`` lists for which addresses), ``logins`` has the
names and passwords.
Nothing here is part of the addon.
"""
