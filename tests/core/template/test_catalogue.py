"""The picker of special fields."""

from core.template import Catalogue, FieldType, MappingView, lint, render


def paths(found):
    return [item.path for item in found]


def test_fields_are_found_by_label_without_accents_and_case(catalogue):
    assert "document.partner_id.zloty" in paths(catalogue.search("zlotych"))
    assert "document.partner_id.city" in paths(catalogue.search("MIASTO"))
    assert "document.partner_id.zloty" in paths(catalogue.search("ZŁOTYCH kwota"))


def test_fields_are_found_by_path_and_group(catalogue):
    assert paths(catalogue.search("partner_id.email")) == ["document.partner_id.email"]
    assert "recipient.first_name" in paths(catalogue.search("recipient first"))
    assert catalogue.search("no such field anywhere") == []


def test_the_best_match_comes_first(catalogue):
    assert paths(catalogue.search("order date"))[0] == "document.date_order"
    assert paths(catalogue.search("name"))[0].count(".") == 1


def test_without_a_search_everything_is_offered(catalogue):
    everything = paths(catalogue.search(limit=1000))
    assert {"today", "now", "document.name", "sender.signature", "account.email",
            "company.name", "document.partner_id.name"} <= set(everything)
    assert len(everything) == len(set(everything))


def test_more_relations_are_followed_on_request(catalogue):
    assert "document.partner_id.parent_id.city" not in paths(catalogue.search("miasto"))
    found = catalogue.search("parent_id.city", depth=2)
    assert found == [] or paths(found) == ["document.partner_id.parent_id.city"]


def test_fields_no_template_can_show_are_not_offered(catalogue):
    assert catalogue.search("image") == []
    assert catalogue.resolve("document.image") is None
    assert catalogue.get("document.image") is None


def test_a_field_is_inserted_with_the_filter_its_type_calls_for(catalogue):
    inserted = {
        "document.name": "{{ document.name }}",
        "document.date_order": "{{ document.date_order|datetime }}",
        "document.amount_total": "{{ document.amount_total|money(document.currency_id) }}",
        "document.order_line": "{{ document.order_line|list }}",
        "today": "{{ today|date }}",
    }
    assert {path: catalogue.get(path).insert for path in inserted} == inserted


def test_everything_offered_can_be_saved_and_rendered(catalogue, context):
    for item in catalogue.search(limit=1000):
        if item.type.kind != "record" or "." in item.path:
            assert lint(item.insert, catalogue.resolve) == [], item
            render(item.insert, context)


def test_the_value_for_a_chosen_record_is_shown_beside(catalogue, context):
    def sample(path):
        return render(catalogue.get(path).insert, context, html=False).text

    (found,) = catalogue.search("order reference", sample=sample)
    assert (found.path, found.sample, found.label) == (
        "document.name", "SO042", "Order Reference"
    )


def test_samples_are_asked_for_results_only(catalogue):
    asked = []
    catalogue.search("name", limit=3, sample=lambda path: asked.append(path) or "x")
    assert len(asked) == 3


def test_labels_name_every_step(catalogue):
    assert catalogue.get("document.partner_id.name").label == "Customer › Name"
    assert catalogue.get("document").label == "Sales Order"


def test_the_tree_can_be_browsed(catalogue):
    assert paths(catalogue.children())[0] == "document"
    below = paths(catalogue.children("document.partner_id"))
    assert "document.partner_id.parent_id" in below
    assert catalogue.children("document.name") == []
    assert paths(catalogue.children("document.order_line"))[0].startswith("document.order_line.")


def test_labels_of_the_fixed_fields_are_translated():
    polish = {"First name": "Imię", "Recipient": "Odbiorca"}
    catalogue = Catalogue(translate=lambda label: polish.get(label, label))
    assert paths(catalogue.search("imie odbiorca")) == ["recipient.first_name"]


def test_a_models_fields_are_asked_for_once():
    asked = []

    def models(model):
        asked.append(model)
        return {"name": {"type": "char", "string": "Name"},
                "parent": {"type": "many2one", "string": "Parent", "relation": "x"}}

    catalogue = Catalogue("x", models)
    catalogue.search("name", depth=2)
    catalogue.search("parent", depth=2)
    assert asked == ["x"]


def test_a_loop_over_a_relation_resolves(catalogue):
    assert catalogue.resolve("document.order_line") == FieldType("records", "sale.order.line")
    assert catalogue.resolve("document.order_line.name") == FieldType("text")
    assert catalogue.resolve("document.name.x") is None
    assert catalogue.resolve("nothing") is None


def test_values_follow_the_names_of_the_fixed_fields(catalogue):
    from core.template import ROOT_FIELDS

    context = {
        root: MappingView({name: info["sample"] for name, info in fields.items()})
        for root, fields in ROOT_FIELDS.items()
    }
    for root, fields in ROOT_FIELDS.items():
        for name in fields:
            assert render(f"{{{{ {root}.{name} }}}}", context).unresolved == ()
