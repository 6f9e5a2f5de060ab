"""What a manager meets under *Email* and *Settings → Email messages*, in Polish."""

import pytest

from tests.loop.mailbox import ROW
from tests.loop.window import WINDOW
from tests.loop.wording import cut_off, english

# The first line of each list is opened as well, and each page of its form.
LISTS = {
    "message": "subject", "account": "name", "type": "", "template": "name", "profile": "",
    "trigger": "", "linkable": "", "outbox": "", "quarantine": "", "upload": "", "draft": "",
    "log": "message", "log_import": "", "erasure": "",
}  # fmt: skip
PAGES = (
    "account_action_status", "folder_action_status", "log_action_speed", "dashboard_action",
    "sending_action",
)  # fmt: skip
WIZARDS = ("transfer", "handover", "privacy", "upload_start", "template_import")
# As a click in the menu does, without loading the page anew.
OPEN = """(action) => odoo.__WOWL_DEBUG__.root.env.services.action.doAction(action, {
    clearBreadcrumbs: true,
})"""
LOGIN = "loop_polka"
# As the server calls its folders; the screen shows it where the mouse rests on their names.
FOLDERS = frozenset({"Archive", "Drafts", "Junk", "Sent", "Trash"})
# What people have written stays as it is, also where it is a word of ours ("Offer").
WRITTEN = {
    "log": ["message"], "message": ["subject"], "template": ["name", "subject"], "type": ["name"],
    "profile": ["name"], "account": ["name"], "trigger": ["name"], "folder": ["path"],
}  # fmt: skip
READY = ".o_list_view, .o_view_nocontent, .o_graph_view, .o_mail_center_dashboard, .o_form_view"


@pytest.fixture
def polish(erp, filled):
    """Everything speaks Polish, then nothing any more."""
    lang = erp.call("res.lang", "search", [("code", "=", "pl_PL")], context={"active_test": False})
    wizard = erp.create("base.language.install", lang_ids=[(6, 0, lang)], overwrite=False)
    erp.call("base.language.install", "lang_install", [wizard])
    user = erp.user(
        LOGIN, "Paulina Polka", "base.group_user", "mail_center.group_user",
        "mail_center.group_manager", "mail_center.group_privacy",
    )  # fmt: skip
    erp.call("res.users", "write", [user], {"lang": "pl_PL", "tz": "Europe/Warsaw"})
    (box,) = erp.call("mail.center.account", "search", [("email", "=", "mbx.ola@loop.example")])
    permission = erp.create(
        "mail.center.account.permission",
        account_id=box, user_id=user, can_read=True, can_send=True,
    )  # fmt: skip
    template = erp.create("mail.center.template", name="Oferta z cennikiem", subject="Oferta")
    yield
    erp.call("mail.center.template", "unlink", [template])
    erp.call("mail.center.account.permission", "unlink", [permission])
    erp.call("res.users", "write", [user], {"lang": "en_US", "active": False})
    erp.call("res.lang", "write", lang, {"active": False})


def test_no_word_is_cut_off_or_left_in_english(erp, polish, login):
    page = login(LOGIN)
    base = page.url.split("/odoo")[0]
    faults = {}
    known = set(FOLDERS)
    for model, fields in WRITTEN.items():
        for line in erp.call(f"mail.center.{model}", "search_read", [], fields=fields):
            known.update(line[name] for name in fields if line[name])

    def look(name, selector="body"):
        page.evaluate("document.fonts.ready.then(() => true)")  # words have their width then
        page.wait_for_timeout(200)  # the end of animations
        found = cut_off(page, selector) + english(page, selector, known)
        if found:
            faults[name] = found

    def go(action, ready=READY):
        page.evaluate(OPEN, f"mail_center.mail_center_{action}")
        page.locator(ready).first.wait_for()

    for name, column in LISTS.items():
        go(f"{name}_action")
        look(name)
        if column:
            page.locator(f".o_data_row td[name={column}]").first.click()
            page.wait_for_selector(".o_form_view")
            tabs = page.locator(".o_notebook .nav-link:visible")
            for number in range(max(1, tabs.count())):
                if number:
                    tabs.nth(number).click()
                look(f"{name}, form {number}")
    for name in PAGES:
        go(name)
        look(name)
    for name in WIZARDS:
        go(f"{name}_action", ".modal .o_form_view")
        look(name, ".modal")
        page.locator(".modal .btn-close").click()
        page.locator(".modal").wait_for(state="detached")
    page.goto(f"{base}/odoo/mailbox")
    page.locator(ROW).first.click()
    page.locator(".o_mail_center_conversation iframe").first.wait_for()
    look("mailbox")
    page.keyboard.press("r")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_editable")
    look("answer", WINDOW)
    assert not faults
