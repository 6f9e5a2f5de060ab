import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("mail_center_test_connection", {
    steps: () => [
        { trigger: ".o_field_widget[name=imap_password] .badge:contains('set')" },
        { trigger: "button[name=action_test_connection]:visible", run: "click" },
        {
            content: "Both stop at the login, and say so",
            trigger:
                "section[data-protocol=imap] li[data-step=login][data-state=failed]:contains('Incoming mail (IMAP) stops here')",
        },
        {
            trigger:
                "section[data-protocol=smtp] li[data-step=login][data-state=failed]:contains('What to try')",
        },
        { trigger: "section[data-protocol=imap] li[data-step=tls][data-state=good]" },
        { trigger: "section[data-protocol=imap] li[data-step=folders][data-state=skipped]" },
        { trigger: ".o_mail_center_probe_end.alert-danger:contains('neither fetched nor sent')" },
        { trigger: ".o_mail_center_probe .modal-footer button:contains('Close')", run: "click" },
        {
            content: "Type the right password",
            trigger: "body:not(:has(.modal)) .o_field_widget[name=imap_password] input",
            run: "edit correct horse && press Tab",
        },
        { trigger: ".o_field_widget[name=imap_password] .badge:contains('set when you save')" },
        { trigger: "button[name=action_test_connection]:visible", run: "click" },
        { trigger: ".o_mail_center_probe_end.alert-success:contains('All is well')" },
        { trigger: "section[data-protocol=imap] li[data-step=folders][data-state=good]" },
        { trigger: "section[data-protocol=smtp] li[data-step=sender][data-state=good]" },
        { trigger: ".o_mail_center_probe .modal-footer button:contains('Close')", run: "click" },
        {
            content: "The password was taken, and is not shown",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=imap_password] .badge.text-bg-success:contains('set')",
            run() {
                const input = this.anchor
                    .closest(".o_field_widget")
                    .querySelector("input[type=password]");
                if (input.value) {
                    throw new Error("the password came back to the browser");
                }
            },
        },
    ],
});

tours.add("mail_center_new_account", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        {
            trigger: ".o_field_widget[name=email] input",
            run: "edit tour@wp.pl && press Tab",
        },
        { trigger: ".o_field_widget[name=imap_host] input:value('imap.wp.pl')" },
        { trigger: ".o_mail_center_provider:contains('WP')" },
        { trigger: ".o_field_widget[name=imap_password] input", run: "edit secret" },
        { trigger: ".nav-link[name=permissions]", run: "click" },
        {
            trigger: ".o_field_widget[name=permission_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=permission_ids] [name=user_id] input",
            run: "edit Anna Nowak",
        },
        { trigger: ".o-autocomplete--dropdown-item:contains('Anna Nowak')", run: "click" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved, .o_form_view:not(:has(.o_form_button_save:visible))" },
    ],
});

tours.add("mail_center_find_settings", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        {
            trigger: ".o_field_widget[name=email] input",
            run: "edit tour@unknown.example && press Tab",
        },
        {
            trigger: ".o_field_widget[name=smtp_host] input",
            run: "edit typed.example && press Tab",
        },
        { trigger: ".o_mail_center_find button:contains('Find settings')", run: "click" },
        { trigger: ".o_mail_center_find .alert-success:contains('Example Mail')" },
        { trigger: ".o_field_widget[name=imap_host] input:value('imap.unknown.example')" },
        { trigger: ".o_field_widget[name=smtp_host] input:value('typed.example')" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved, .o_form_view:not(:has(.o_form_button_save:visible))" },
    ],
});
