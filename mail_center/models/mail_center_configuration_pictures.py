import base64
import hashlib
import re

from odoo import api, models

HTML = {"mail.center.template": "body_html", "mail.center.account": "signature"}
# As Odoo's editor writes a picture that it has stored; the rest may hold a token to read it with.
_STORED = re.compile(r"""(?<=["'(])/web/(?:image|content)/(\d+)[^"'<>\s)]*""")
_MARK = "/web/image/mail-center-picture-"
_MARKED = re.compile(rf"{_MARK}([0-9a-f]{{64}})")


class MailCenterConfiguration(models.AbstractModel):
    """Pictures in the texts: their addresses are of one database only, so they come along.

    In a file each is named by its content, so that the same text is the same in every database.
    """

    _inherit = "mail.center.configuration"

    @api.model
    def _with_pictures(self, record, values):
        """*values* of *record*, as they are exported, with the pictures of its own."""
        name = HTML.get(record._name)
        if not name:
            return values
        stored = self._own_pictures(record)
        found = {}

        def mark(match):
            picture = stored.get(int(match[1]))
            if not picture:
                return match[0]
            digest = _digest(picture.raw)
            found[digest] = {
                "id": digest, "name": picture.name, "mimetype": picture.mimetype,
                "content": base64.b64encode(picture.raw).decode(),
            }
            return f"{_MARK}{digest}"

        marked = _each(values[name], lambda text: _STORED.sub(mark, text))
        return {**values, name: marked, "pictures": [found[key] for key in sorted(found)]}

    @api.model
    def _import_pictures(self, model, values, known):
        """``(values whose texts show pictures that are here, those of them that are new)``.

        *known*: the record that is changed. The new ones belong to no record yet.
        """
        attachments = self.env["ir.attachment"]
        if not values.get("pictures"):
            return values, attachments
        here = {_digest(one.raw): one for one in self._own_pictures(known).values()}
        for picture in values["pictures"]:
            content = base64.b64decode(picture["content"], validate=True)
            digest = _digest(content)
            if digest not in here:
                here[digest] = attachments.create(
                    {"name": str(picture["name"]), "mimetype": picture.get("mimetype"),
                     "raw": content, "res_model": model, "res_id": 0}
                )
                attachments |= here[digest]

        def show(match):
            return f"/web/image/{here[match[1]].id}" if match[1] in here else match[0]

        name = HTML[model]
        return {**values, name: _each(values[name], lambda text: _MARKED.sub(show, text))}, (
            attachments
        )

    @api.model
    def _own_pictures(self, record):
        """``{id: attachment}`` of what is stored with *record*."""
        if not record:
            return {}
        stored = self.env["ir.attachment"].sudo().search(
            [("res_model", "=", record._name), ("res_id", "=", record.id),
             ("res_field", "=", False), ("mimetype", "=like", "image/%")]
        )
        return {one.id: one for one in stored if one.raw}


def _digest(content):
    return hashlib.sha256(content).hexdigest()


def _each(texts, work):
    """*work* on a text, or on each of ``{language: text}``."""
    return work(texts) if isinstance(texts, str) else {lang: work(texts[lang]) for lang in texts}
