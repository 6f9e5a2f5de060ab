"""Small real files to attach. Equal arguments give equal bytes."""

import csv
import datetime
import functools
import io
import random

from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from xlsxwriter import Workbook

PRODUCTS = [
    ("office chairs", "krzesła biurowe", "オフィスチェア", 189.0),
    ("standing desks", "biurka z regulacją wysokości", "昇降デスク", 649.0),
    ("conference tables", "stoły konferencyjne", "会議テーブル", 1290.0),
    ("filing cabinets", "szafy na akta", "書類キャビネット", 310.0),
    ("acoustic panels", "ścianki akustyczne", "吸音パネル", 145.0),
    ("desk lamps", "lampki biurkowe", "デスクライト", 59.0),
]


@functools.cache
def pdf(title, number, lines):
    """One A4 page. *lines*: tuple of ``(text, amount)``; text in Latin-1 only."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(f"{title} {number}")
    canvas.setFont("Helvetica-Bold", 20)
    canvas.drawString(60, 770, f"{title} {number}")
    canvas.setFont("Helvetica", 11)
    canvas.drawString(60, 745, "Mail Center Furniture - Piotrkowska 100 - 90-004 Lodz")
    for row, (text, amount) in enumerate(lines):
        canvas.drawString(60, 700 - 18 * row, text)
        canvas.drawRightString(530, 700 - 18 * row, f"{amount:,.2f} EUR" if amount else "")
    canvas.line(60, 690 - 18 * len(lines), 530, 690 - 18 * len(lines))
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@functools.cache
def picture(kind, number):
    """A PNG: ``logo`` (160x48), ``photo`` (of a box, 480x320), ``plan`` (of a floor, 640x420)."""
    rng = random.Random(f"{kind}/{number}")
    size = {"logo": (160, 48), "photo": (480, 320), "plan": (640, 420)}[kind]
    image = Image.new("RGB", size, "white" if kind != "photo" else "#8a8f94")
    draw = ImageDraw.Draw(image)
    if kind == "logo":
        draw.rounded_rectangle((2, 2, 45, 45), 9, fill=f"hsl({rng.randrange(360)}, 55%, 42%)")
        draw.text((56, 18), "FURNITURE", fill="#222222")
    elif kind == "photo":
        draw.polygon([(90, 110), (250, 60), (400, 110), (400, 260), (90, 270)], fill="#b98d56")
        draw.line([(90, 110), (400, 110)], fill="#7a5a32", width=3)
        for _ in range(14):
            x, y = rng.randrange(300, 400), rng.randrange(110, 200)
            draw.line([(x, y), (x + rng.randrange(30), y + rng.randrange(30))], fill="#3d2c16")
    else:
        draw.rectangle((20, 20, 620, 400), outline="black", width=4)
        for x in range(40, 580, 90):
            for y in range(50, 360, 80):
                if rng.random() < 0.7:
                    draw.rectangle((x, y, x + 56, y + 28), outline="#336699", width=2)
        draw.text((30, 404), f"Floor {number % 5}, 1:100", fill="black")
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


@functools.cache
def price_list():
    """Price list as CSV: semicolons, UTF-8, names in English and Polish."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["No.", "Article", "Nazwa", "EUR"])
    for number, (english, polish, _japanese, price) in enumerate(PRODUCTS, 1):
        writer.writerow([f"MC-{number:04d}", english, polish, f"{price:.2f}"])
    return text.getvalue().encode()


@functools.cache
def sheet(title, rows):
    """A spreadsheet (XLSX). *rows*: tuple of tuples, the first one is the heading."""
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"title": title, "created": datetime.datetime(2025, 1, 1)})
        page = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True})
        for number, row in enumerate(rows):
            page.write_row(number, 0, row, bold if number == 0 else None)
        page.set_column(0, 0, 28)
    return buffer.getvalue()


def attach(kind, facts, rng):
    """The file a story turn asks for: ``(filename, content type, bytes)``.

    *kind* is one of quotation, invoice, contract, datasheet, signed, photo, plan, sheet, csv.
    """
    qty, price, product = facts["qty"], facts["price"], facts["product"]
    lines = ((f"{qty} x {product}", qty * price), ("Delivery and assembly", 120.0),
             ("Total without VAT", qty * price + 120.0))
    order, invoice = facts["order"], facts["invoice"]
    terms = tuple((f"{n}. {t}", 0) for n, t in enumerate(
        ("Subject of the contract", "Prices and discounts", "Delivery", "Territory",
         "Term and notice", "Payment"), 1))
    if kind == "photo":
        number = rng.randrange(40)
        return f"IMG_{4100 + number}.png", "image/png", picture("photo", number)
    if kind == "plan":
        number = rng.randrange(40)
        name = "Plan piętra.png" if facts["lang"] == "pl" else "floor plan.png"
        return name if facts["lang"] != "ja" else "平面図.png", "image/png", picture("plan", number)
    if kind == "csv":
        return f"prices-{facts['year']}.csv", "text/csv; charset=utf-8", price_list()
    if kind == "sheet":
        rows = [("Article", "Quantity", "Price", "Total")]
        for english, _polish, _japanese, each in PRODUCTS[: 3 + rng.randrange(4)]:
            count = rng.randrange(2, 40)
            rows.append((english, count, each, count * each))
        return (f"list {order}.xlsx", "application/vnd.openxmlformats-officedocument"
                ".spreadsheetml.sheet", sheet(f"List {order}", tuple(rows)))
    title, number, body = {
        "quotation": ("Quotation", order, lines),
        "invoice": ("Invoice", invoice, lines),
        "contract": ("Contract", order, terms),
        "datasheet": ("Data sheet", product, (("Height 65-125 cm", 0), ("Load 120 kg", 0))),
        "signed": ("Quotation", order, (*lines, ("Signed: [x]", 0))),
    }[kind]
    name = {"pl": {"quotation": "Oferta", "invoice": "Faktura – korekta"},
            "ja": {"quotation": "お見積書", "invoice": "請求書"}}.get(facts["lang"], {})
    filename = f"{name.get(kind, title)} {number}".replace("/", "-") + ".pdf"
    return filename, "application/pdf", pdf(title, number, body)
