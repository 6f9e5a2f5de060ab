"""An administrator sets up message types and profiles under *Settings → Email messages*."""

from tests.loop.conftest import eventually


def open_settings(page, entry):
    base = page.url.split("/odoo")[0]
    page.goto(f"{base}/odoo/settings")
    page.click(".o_main_navbar button:has-text('Email messages')")
    page.click(f".o-dropdown--menu .dropdown-item:text-is('{entry}')")
    page.wait_for_selector(f".o_breadcrumb:has-text('{entry}')")


def test_every_entry_of_the_settings_opens(login):
    page = login("admin")
    for entry in (
        "Message types", "Message templates", "Mail accounts", "Profiles", "Linkable documents",
        "Synchronisation", "Folders", "Log",
    ):
        open_settings(page, entry)
        page.wait_for_selector(".o_list_view, .o_view_nocontent")
        assert not page.locator(".o_error_dialog").count(), entry


def test_types_are_added_in_place_edited_in_a_form_and_found_by_name_and_id(erp, login):
    page = login("admin")
    open_settings(page, "Message types")
    page.click(".o_list_button_add")
    page.fill(".o_selected_row [name=name] input", "Reklamacja pilna")
    page.click(".o_list_button_save")
    page.wait_for_selector(".o_data_row:has-text('Reklamacja pilna')")
    (record,) = erp.call("mail.center.type", "search", [("name", "=", "Reklamacja pilna")])

    page.click(".o_data_row:has-text('Reklamacja pilna') .o_list_record_open_form_view")
    page.wait_for_selector(".o_form_view")
    page.fill(".o_form_view [name=name] input", "Reklamacja bardzo pilna")
    page.click(".o_form_button_save")
    eventually(
        lambda: erp.call("mail.center.type", "search", [("name", "=", "Reklamacja bardzo pilna")]),
        "the new name", timeout=60,
    )

    open_settings(page, "Message types")
    page.fill(".o_searchview_input", str(record))
    page.click(".o_searchview_autocomplete .o-dropdown-item:has-text('ID')")
    eventually(lambda: page.locator(".o_data_row").count() == 1, "the one found", timeout=60)
    assert "Reklamacja bardzo pilna" in page.locator(".o_data_row").inner_text()
    erp.call("mail.center.type", "unlink", [record])


def test_a_type_in_use_is_not_deleted_and_archiving_is_offered(erp, login):
    used = erp.create("mail.center.type", name="In use")
    erp.create("mail.center.template", name="Uses it", type_id=used)
    page = login("admin")
    open_settings(page, "Message types")
    page.click(".o_data_row:has-text('In use') .o_list_record_selector input")
    page.click(".o_cp_action_menus .dropdown-toggle:has-text('Actions')")
    page.click(".o-dropdown--menu .o_menu_item:has-text('Delete')")
    page.click(".modal button:has-text('Delete')")
    dialog = page.locator(".modal", has_text="templates: 1")
    dialog.wait_for()
    dialog.locator("button:text-is('Archive the type')").click()
    eventually(
        lambda: not erp.call("mail.center.type", "read", [used], fields=["active"])[0]["active"],
        "the type to be archived", timeout=60,
    )


def test_a_profile_takes_its_members_from_people_and_groups(erp, login):
    erp.user("loop_piotr", "Piotr Profil", "base.group_user", "mail_center.group_user")
    page = login("admin")
    open_settings(page, "Profiles")
    page.click(".o_list_button_add")
    page.fill(".o_form_view [name=name] input", "Biuro")
    page.fill("[name=user_ids] input", "Piotr")
    page.click(".o-autocomplete--dropdown-item:has-text('Piotr Profil')")
    page.click(".o_form_button_save")
    page.wait_for_selector("[name=member_ids] :text('Piotr Profil')")
