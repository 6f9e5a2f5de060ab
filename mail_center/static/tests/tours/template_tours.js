import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const form = ".o_mail_center_template_form";
const dialog = ".o_special_field_dialog";
const preview = `${form} .o_mail_center_preview_mail`;

/** A step that waits until the editor shows the text. */
const written = (text) => ({
    content: `The text has ${text}`,
    trigger: `body:not(:has(.modal)) ${form} .note-editable:contains('${text}')`,
});

tours.add("mail_center_new_template", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        {
            trigger: `${form} .o_field_widget[name=name] input, ${form} .o_field_widget[name=name] textarea`,
            run: "edit Tour letter",
        },
        { trigger: `${form} .o_field_widget[name=model_id] input`, run: "edit Contact" },
        {
            trigger: ".o-autocomplete--dropdown-item a:text('Contact')",
            run: "click",
        },
        {
            content: "The latest contact is chosen for the preview",
            trigger: `${form} .o_mail_center_preview_for input:value('Tour Customer')`,
        },
        {
            trigger: `${form} .o_field_widget[name=subject] input`,
            // A string would lose the space at its end.
            run: (helpers) => helpers.edit("For "),
        },
        {
            trigger: `${form} .o_field_widget[name=subject] .o_mail_center_special_field`,
            run: "click",
        },
        {
            content: "Values of the record stand beside the names",
            trigger: `${dialog} [data-path=document]:contains('Tour Customer')`,
            run: "click",
        },
        { trigger: `${dialog} [data-path='document.city']:contains('Torun')` },
        { trigger: `${dialog} [data-path='document.name']`, run: "click" },
        {
            content: "The special field stands behind what was typed",
            trigger: `body:not(:has(.modal)) ${form} .o_field_widget[name=subject] input:value('For {{ document.name }}')`,
        },
        {
            content: "The preview follows",
            trigger: `${preview} .o_mail_center_preview_subject:contains('For Tour Customer')`,
        },
        { trigger: `${form} .note-editable`, run: "editor Dear " },
        { trigger: `${form} .o_mail_center_template_tools button`, run: "click" },
        { trigger: `${dialog} input[type=text]`, run: "edit no such thing" },
        {
            content: "Nothing is called like this",
            trigger: `${dialog} .o_special_field_list:contains('No special field')`,
        },
        { trigger: `${dialog} input[type=text]`, run: "edit city" },
        { trigger: `${dialog} [data-path='document.city']`, run: "click" },
        written("{{ document.city }}"),
        { trigger: `${preview} iframe:iframe body:contains('Torun')` },
        {
            content: "What suits a special field is applied to it",
            trigger: `${form} .o_mail_center_template_tools button`,
            run: "click",
        },
        { trigger: `${dialog} input[type=text]`, run: "edit city" },
        {
            trigger: `${dialog} .o_special_field:has([data-path='document.city']) .o_special_field_format`,
            run: "click",
        },
        { trigger: `${dialog} .o_special_field_target:contains('City')` },
        { trigger: `${dialog} [data-format=upper]:contains('TORUN')` },
        { trigger: `${dialog}:not(:has([data-format=date]))` },
        { content: "Without a field all are listed", trigger: `${dialog} [data-tab=fields]`, run: "click" },
        { trigger: `${dialog} [data-tab=formats]`, run: "click" },
        { trigger: `${dialog} [data-format=date]` },
        { trigger: `${dialog} input[type=text]`, run: "edit so many times" },
        { trigger: `${dialog} .o_special_field_list:not(:has([data-format=date]))` },
        { trigger: `${dialog} [data-format=range]`, run: "click" },
        written("{% for number in range(1, 4) %}"),
        { trigger: `${preview} iframe:iframe body:contains('1 2 3')` },
        {
            content: "A list becomes a table",
            trigger: `${form} .o_mail_center_template_tools button`,
            run: "click",
        },
        { trigger: `${dialog} [data-path=document]`, run: "click" },
        { trigger: `${dialog} [data-path='document.child_ids']`, run: "click" },
        { trigger: `${dialog} [data-path='document.child_ids.name']`, run: "click" },
        { trigger: ".modal-footer button:contains('Insert as table')", run: "click" },
        written("{{ item.name }}"),
        { trigger: `${preview} iframe:iframe td:contains('Tour Child')` },
        {
            content: "What is wrong is told while typing, and the preview waits",
            trigger: `${form} .note-editable`,
            run: "editor Dear {{ document.nam }}",
        },
        {
            trigger: `${form} .o_mail_center_template_problems [data-code=unknown_field]:contains('There is no field “nam”')`,
        },
        { trigger: `${preview}.o_stale` },
        { trigger: ".o_form_button_save", run: "click" },
        {
            content: "Nothing is saved that can't be rendered",
            trigger: ".modal-body:contains('{{ document.nam }}')",
        },
        { trigger: ".modal-footer button:contains('Close')", run: "click" },
        {
            trigger: `body:not(:has(.modal)) ${form} .note-editable`,
            run: "editor Dear {{ document.name }} of {{ document.street }}",
        },
        { trigger: `${form}:not(:has(.o_mail_center_template_problems .alert))` },
        {
            content: "What the record lacks is listed",
            trigger: `${form} [data-missing=empty] .badge:contains('Street')`,
        },
        { trigger: `${form} .o_mail_center_template_preview button[title='As on a phone']`, run: "click" },
        { trigger: `${preview}.o_phone` },
        { trigger: `${form} .o_field_widget[name=is_default] input`, run: "click" },
        {
            content: "Whom the default releases is told before saving",
            trigger: `.alert:contains('Saving releases “Tour standard”')`,
        },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved, .o_form_button_save:not(:visible)" },
        { trigger: ".o_notification:contains('“Tour standard” is released')" },
    ],
});

tours.add("mail_center_template_import", {
    steps: () => [
        { trigger: ".o_cp_action_menus button.dropdown-toggle, .o_cp_action_menus button", run: "click" },
        { trigger: ".o_mail_center_template_import", run: "click" },
        {
            content: "What can't be taken over is told",
            trigger: ".modal .o_data_row:contains('Tour partial'):contains('runs code')",
        },
        { trigger: ".modal .o_data_row:contains('Tour whole'):contains('Complete')" },
        { trigger: ".modal button[name=action_import]", run: "click" },
        { trigger: ".o_breadcrumb:contains('Imported templates')" },
        { trigger: ".o_data_row:contains('Tour whole')" },
        { trigger: "body:not(:has(.o_data_row:contains('Tour partial')))" },
    ],
});
