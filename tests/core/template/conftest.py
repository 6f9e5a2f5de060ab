"""A sale order and its people, as the Odoo side would show them to a template."""

from datetime import date, datetime

import pytest
from markupsafe import Markup

from core.template import Catalogue, MappingView

MODELS = {
    "sale.order": {
        "name": {"type": "char", "string": "Order Reference"},
        "partner_id": {"type": "many2one", "string": "Customer", "relation": "res.partner"},
        "date_order": {"type": "datetime", "string": "Order Date"},
        "validity_date": {"type": "date", "string": "Expiration"},
        "amount_total": {
            "type": "monetary", "string": "Total", "currency_field": "currency_id"
        },
        "currency_id": {"type": "many2one", "string": "Currency", "relation": "res.currency"},
        "order_line": {
            "type": "one2many", "string": "Order Lines", "relation": "sale.order.line"
        },
        "note": {"type": "html", "string": "Terms"},
        "locked": {"type": "boolean", "string": "Locked"},
        "priority": {"type": "integer", "string": "Priority"},
        "origin": {"type": "char", "string": "Source Document"},
        "state": {"type": "selection", "string": "Status"},
        "image": {"type": "binary", "string": "Image"},
        "tag_ids": {"type": "many2many", "string": "Tags", "relation": "crm.tag"},
    },
    "sale.order.line": {
        "name": {"type": "text", "string": "Description"},
        "product_id": {"type": "many2one", "string": "Product", "relation": "product.product"},
        "quantity": {"type": "float", "string": "Quantity"},
        "price_subtotal": {
            "type": "monetary", "string": "Subtotal", "currency_field": "currency_id"
        },
        "currency_id": {"type": "many2one", "string": "Currency", "relation": "res.currency"},
        "order_id": {"type": "many2one", "string": "Order", "relation": "sale.order"},
        "tax_ids": {"type": "many2many", "string": "Taxes", "relation": "account.tax"},
    },
    "res.partner": {
        "name": {"type": "char", "string": "Name"},
        "email": {"type": "char", "string": "Email"},
        "city": {"type": "char", "string": "Miasto"},
        "parent_id": {"type": "many2one", "string": "Company", "relation": "res.partner"},
        "child_ids": {"type": "one2many", "string": "Contacts", "relation": "res.partner"},
        "birthday": {"type": "date", "string": "Birthday"},
        "zloty": {"type": "char", "string": "Kwota w złotych"},
    },
    "product.product": {
        "name": {"type": "char", "string": "Name"},
        "weight": {"type": "float", "string": "Weight"},
        "active": {"type": "boolean", "string": "Active"},
    },
    "res.currency": {"name": {"type": "char", "string": "Currency"}},
    "account.tax": {
        "name": {"type": "char", "string": "Tax Name"},
        "amount": {"type": "float", "string": "Amount"},
    },
    "crm.tag": {"name": {"type": "char", "string": "Tag Name"}},
}


def full_order() -> MappingView:
    euro = MappingView({"name": "EUR"}, key=("res.currency", 1))
    vat = MappingView({"name": "VAT 23%", "amount": 23.0}, key=("account.tax", 1))
    lines = [
        MappingView(
            {
                "name": name, "quantity": quantity, "price_subtotal": price,
                "product_id": product, "currency_id": euro, "tax_ids": [vat], "order_id": None,
            },
            key=("sale.order.line", number),
        )
        for number, (name, quantity, price, product) in enumerate(
            [
                ("Table <oak>", 1.0, 900.0,
                 MappingView({"name": "Table", "weight": 40.5, "active": True}, key=("p", 1))),
                ("Chair\nwith arms", 4.0, 334.56,
                 MappingView({"name": "Chair", "weight": None, "active": False}, key=("p", 2))),
                ("Delivery", 1.0, None, None),
            ],
            1,
        )
    ]
    partner = MappingView(
        {
            "name": "Żółw & Sons", "email": "office@zolw.example", "city": "Łódź",
            "parent_id": None, "child_ids": [], "birthday": None, "zloty": "",
        },
        key=("res.partner", 7),
    )
    return MappingView(
        {
            "name": "SO042", "partner_id": partner, "date_order": datetime(2025, 1, 31, 23, 30),
            "validity_date": date(2025, 2, 28), "amount_total": 1234.56, "currency_id": euro,
            "order_line": lines, "note": Markup("<p>Paid <b>in advance</b></p>"),
            "locked": False, "priority": 2, "origin": None, "state": "Quotation",
            "tag_ids": [MappingView({"name": "VIP"}, key=("t", 1))],
        },
        key=("sale.order", 42),
    )


def empty_order() -> MappingView:
    return MappingView(
        {
            name: [] if info["type"] in ("one2many", "many2many") else None
            for name, info in MODELS["sale.order"].items()
        },
        key=("sale.order", 43),
    )


@pytest.fixture
def order():
    return full_order()


@pytest.fixture
def context(order):
    return {
        "document": order,
        "recipient": MappingView({"name": "Anna Nowak", "first_name": "Anna", "email": None}),
        "sender": MappingView(
            {"name": "John", "signature": Markup("<p>--<br>John</p>"), "email": "j@example.com"}
        ),
        "company": MappingView({"name": "Example Ltd"}),
    }


@pytest.fixture
def empty_context(context):
    return {**context, "document": empty_order()}


@pytest.fixture
def catalogue():
    return Catalogue(
        "sale.order", lambda model: MODELS.get(model, {}), document_label="Sales Order"
    )
