import base64
import binascii
from datetime import date

from odoo import api, models
from odoo.exceptions import AccessError, UserError

VERSION = 1
SIMPLE = {
    "mail.center.profile": ("sequence", "active"),
    "mail.center.type": (
        "sequence", "color", "active", "is_mailing", "is_confidential", "retention_days",
    ),
    "mail.center.template": ("sequence", "active", "shortcut", "is_default"),
    "mail.center.account": (
        "name", "sequence", "email", "sender_name", "imap_host", "imap_port", "imap_security",
        "imap_login", "smtp_host", "smtp_port", "smtp_security", "smtp_login",
        "verify_certificate", "ca_pem", "use_for_integration", "share_linked", "send_per_minute",
        "send_per_hour", "send_per_day", "send_enabled", "loop_limit", "listen", "personal_read",
        "retention_days", "audit_reading", "import_since", "whole_megabytes",
    ),
}
TRANSLATED = {
    "mail.center.profile": ("name",),
    "mail.center.type": ("name",),
    "mail.center.template": ("name", "subject", "body_html"),
}
RIGHTS = ("can_read", "can_send", "can_manage")
PARTS = {"profiles": "mail.center.profile", "types": "mail.center.type",
         "templates": "mail.center.template", "accounts": "mail.center.account"}


class MailCenterConfiguration(models.AbstractModel):
    """Types, templates and accounts, as a dictionary that another database can take over.

    Without secrets: passwords, tokens and keys stay. Without people: profiles come empty, an
    account belongs to the user of the same login, or to whoever imports it, and what single
    persons may do with it stays.
    """

    _name = "mail.center.configuration"
    _description = "Email configuration"

    @api.model
    def _require_manager(self):
        if not self.env.user.has_group("mail_center.group_manager"):
            raise AccessError(self.env._("Only email managers may move the configuration."))

    # ---- out ----------------------------------------------------------------

    @api.model
    @api.readonly
    def export_configuration(self):
        """Everything as ``{"mail_center": 1, "profiles": […], "types": […], "templates": […],
        "accounts": […]}``, to be given to :meth:`import_configuration`. Managers only."""
        self._require_manager()
        found = {"mail_center": VERSION}
        for part, model in PARTS.items():
            records = self.env[model].with_context(active_test=False, lang="en_US").search(
                [("id", "!=", 0)]
            )
            if model == "mail.center.account":
                records = records.filtered(lambda one: one.active and one.protocol == "imap")
            found[part] = [self._exported(record) for record in records]
        return found

    @api.model
    def _exported(self, record):
        model = record._name
        values = {name: record[name] for name in SIMPLE[model]}
        values.update(
            {name: str(value) for name, value in values.items() if isinstance(value, date)}
        )
        for name in TRANSLATED.get(model, ()):
            stored = record._fields[name]._get_stored_translations(record) or {}
            values[name] = {lang: str(text) for lang, text in stored.items() if text}
        if "profile_ids" in record._fields and model != "mail.center.account":
            values["profiles"] = record.profile_ids.mapped("name")
        if model == "mail.center.template":
            values["type"] = record.type_id.name or False
            values["model"] = record.model or False
            values["reports"] = [
                xmlid for xmlid in record.sudo().report_ids.get_external_id().values() if xmlid
            ]
            values["files"] = [
                {"name": file.name, "mimetype": file.mimetype,
                 "content": base64.b64encode(file.raw or b"").decode()}
                for file in record.sudo().attachment_ids
            ]
        if model == "mail.center.account":
            values["owner"] = record.user_id.login
            values["permissions"] = [
                {"profile": row.profile_id.name,
                 **{right: row[right] for right in RIGHTS}}
                for row in record.permission_ids.filtered("profile_id").sorted("id")
            ]
            values["incoming_type"] = record.incoming_type_id.name or False
            values["outgoing_type"] = record.outgoing_type_id.name or False
            values["signature"] = str(record.signature or "")
        return self._with_pictures(record, values)

    # ---- in -----------------------------------------------------------------

    @api.model
    def import_configuration(self, content, update=False):
        """Take over what :meth:`export_configuration` gave. Managers only.

        What is here already (a type or profile of the same name, a template of the same name and
        document, an account of the same address) stays as it is, or with *update* is changed;
        accounts never. Returns ``{"created": [names], "updated": [names], "left": [names]}``; what
        is the same here as in *content* is left.
        """
        self._require_manager()
        if not isinstance(content, dict) or content.get("mail_center") != VERSION:
            raise UserError(
                self.env._("This is no configuration of Email Center that can be read here.")
            )
        report = {"created": [], "updated": [], "left": []}
        for part, model in PARTS.items():
            try:
                for values in content.get(part) or []:
                    self._import_one(model, values, update, report)
            except (LookupError, TypeError, AttributeError, ValueError, binascii.Error) as error:
                raise UserError(
                    self.env._(
                        "The configuration is damaged in its part “%(part)s”: %(error)s",
                        part=part, error=f"{type(error).__name__}: {error}",
                    )
                ) from error
        return report

    @api.model
    def _import_one(self, model, values, update, report):
        records = self.env[model].with_context(active_test=False, lang="en_US")
        names = values.get("name")
        name = names if isinstance(names, str) else names.get("en_US") or [*names.values()][0]
        if model == "mail.center.account":
            known = records.search([("email", "=", values["email"])], limit=1)
        else:
            domain = [("name", "=", name)]
            if model == "mail.center.template":
                domain.append(("model", "=", values.get("model") or False))
            known = records.search(domain, limit=1)
        same = update and known and self._exported(known) == values
        if known and (not update or same or model == "mail.center.account"):
            report["left"].append(name)
            return
        if model == "mail.center.template" and values.get("model") and (
            values["model"] not in self.env
        ):
            report["left"].append(name)  # its app is not installed here
            return
        values, pictures = self._import_pictures(model, values, known)
        vals = {key: values[key] for key in SIMPLE[model] if key in values}
        vals.update(self._related(model, values))
        is_default = vals.pop("is_default", None)
        languages = {code for code, _label in self.env["res.lang"].get_installed()}
        others = {}
        for key in TRANSLATED.get(model, ()):
            texts = values.get(key) or {}
            vals[key] = texts.get("en_US") or next(iter(texts.values()), False)
            others[key] = {
                lang: text for lang, text in texts.items()
                if lang in languages and lang != "en_US"
            }
        if known:
            known.write(vals)
            record = known
            report["updated"].append(name)
        else:
            record = records.create(vals)
            report["created"].append(name)
        for key, texts in others.items():
            if texts:
                record.update_field_translations(key, texts)
        pictures.write({"res_id": record.id})
        if model == "mail.center.template":
            self._import_files(record, values.get("files") or [])
            self._import_default(record, is_default, update)

    @api.model
    def _import_default(self, template, wanted, update):
        """Make it the default where there is none yet; with *update* whatever there is."""
        held = self.env["mail.center.template.default"]._held(
            template.profile_ids, template.type_id
        )
        if wanted is not None and (update or wanted and not held):
            template.is_default = bool(wanted)

    @api.model
    def _named(self, model, name):
        return self.env[model].with_context(active_test=False, lang="en_US").search(
            [("name", "=", name)], limit=1
        )

    @api.model
    def _profile(self, name):
        """One that is missing is made, and empty: without it everyone would get in."""
        profiles = self.env["mail.center.profile"]
        return self._named(profiles._name, name) or profiles.create({"name": str(name)})

    @api.model
    def _related(self, model, values):
        """The fields that point at other records."""
        vals = {}
        if model in ("mail.center.type", "mail.center.template"):
            profiles = map(self._profile, values.get("profiles") or [])
            vals["profile_ids"] = [(6, 0, [profile.id for profile in profiles])]
        if model == "mail.center.template":
            vals["type_id"] = self._named("mail.center.type", values.get("type") or "").id
            if values.get("model"):
                vals["model_id"] = self.env["ir.model"]._get(values["model"]).id
            reports = [self.env.ref(str(xmlid), raise_if_not_found=False)
                       for xmlid in values.get("reports") or []]
            vals["report_ids"] = [
                (6, 0, [report.id for report in reports
                        if report and report._name == "ir.actions.report"])
            ]
        if model == "mail.center.account":
            owner = self.env["res.users"].search(
                [("login", "=", values.get("owner")), ("share", "=", False)], limit=1
            )
            vals["user_id"] = (owner or self.env.user).id
            # It begins to work when somebody has given it a password.
            vals["sync_enabled"] = False
            vals["signature"] = values.get("signature") or False
            vals["permission_ids"] = [
                (0, 0, {"profile_id": self._profile(row["profile"]).id,
                        **{right: bool(row.get(right)) for right in RIGHTS}})
                for row in values.get("permissions") or []
            ]
            for way in ("incoming", "outgoing"):
                name = values.get(f"{way}_type") or ""
                vals[f"{way}_type_id"] = self._named("mail.center.type", name).id
        return vals

    @api.model
    def _import_files(self, template, files):
        new = [
            {"name": str(file["name"]), "mimetype": file.get("mimetype"),
             "raw": base64.b64decode(file["content"], validate=True),
             "res_model": template._name, "res_id": template.id}
            for file in files
        ]
        template.attachment_ids.unlink()
        template.attachment_ids = [(0, 0, vals) for vals in new]
