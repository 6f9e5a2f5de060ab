"""Ola's mailbox, and what the tests look at in it."""

from email.message import EmailMessage

from tests.loop.conftest import eventually

BOX = "mbx.ola@loop.example"
ROW = ".o_mail_center_row"
OPEN = ".o_mail_center_conversation"
BUS = "odoo.__WOWL_DEBUG__?.root.env.services.bus_service?.workerState === 'CONNECTED'"
# A frame begins as an empty page, and listens to keys only when its own has come whole.
READ = """(selector) => {
    const page = document.querySelector(selector)?.contentDocument;
    return page?.readyState === "complete" && page.URL !== "about:blank";
}"""


def a_mail(number: int, subject: str, text: str, sender: str = "Ewa Lis <ewa@lis.example>", **more):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, f"Ola Bąk <{BOX}>", subject
    mail["Date"] = f"Tue, 24 Nov 2026 10:{number:02}:00 +0100"
    mail["Message-ID"] = f"<mbx-{number}@lis.example>"
    for name, value in more.items():
        mail[name.replace("_", "-").title()] = value
    mail.set_content(text)
    return mail


def fill(erp, sandbox, account) -> None:
    """Ola's mailbox: a conversation of two, a mail with a file, and a newsletter."""
    user = erp.user("mbx_ola", "Ola Bąk", "base.group_user", "base.group_partner_manager",
                    "mail_center.group_user")  # fmt: skip
    if not erp.call("mail.center.account", "search_count", [("email", "=", BOX)]):
        account(BOX, user)
        erp.create("res.partner", name="Dachy Lis", email="biuro@dachy.example")
        price = a_mail(3, "Cennik", "W załączniku przesyłam dachówkę.", "Jan <jan@cegla.example>")
        price.add_attachment(b"brick,1", maintype="text", subtype="csv", filename="cennik.csv")
        mails = [
            a_mail(1, "Dach", "Ile kosztuje dach?"),
            a_mail(2, "Re: Dach", "Czekam na odpowiedź.", in_reply_to="<mbx-1@lis.example>"),
            price,
            a_mail(4, "Nowości", "Tylko dziś.", "Sklep <news@sklep.example>"),
        ]
        sandbox.append(BOX, [(mail.as_bytes(), [], None) for mail in mails])
        for number in range(1, 5):
            message_id = f"<mbx-{number}@lis.example>"
            erp.received("mbx_ola", BOX, message_id)


def subjects(page) -> list[str]:
    return page.locator(f"{ROW} .o_mail_center_subject").all_inner_texts()


def live(page) -> None:
    """Until the page hears of what happens on the server: what came before shows at a reload."""
    page.wait_for_function(BUS)


def read(page, frame: str = f"{OPEN} iframe") -> None:
    """Until the body of the opened mail is in its frame."""
    page.wait_for_function(READ, arg=frame)


def mailbox(login, **size):
    page = login("mbx_ola", **size)
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/mailbox")
    page.wait_for_selector(ROW)
    live(page)
    return page


def unread(page, row: str) -> bool:
    return page.locator(f"{ROW}:has-text('{row}')").first.evaluate(
        "row => row.classList.contains('o_unread')"
    )


def find(page, query: str, wanted: list[str]) -> None:
    page.fill("input[aria-label='Search mail']", query)
    page.press("input[aria-label='Search mail']", "Enter")
    eventually(lambda: subjects(page) == wanted, f"{wanted} for {query!r}", 30, 0.1)
