import { HtmlMailField } from "@mail/views/web/fields/html_mail_field/html_mail_field";
import { ColumnPlugin } from "@html_editor/main/column_plugin";
import { MAIN_PLUGINS } from "@html_editor/plugin_sets";
import { Wysiwyg } from "@html_editor/wysiwyg";
import { Component, markup, onMounted, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { lineToWriteOn, markBlocks, placeSignature, withoutWrapper } from "./body";
import { listenForShortcuts } from "./canned";
import { ComposeFiles } from "./compose_files";
import { useDrops } from "./drops";
import { PreviewDialog } from "./preview_dialog";
import { Recipients } from "./recipients";
import { useSaving } from "./saving";
import { SendLater } from "./send_later";
import { useTemplates } from "./template_choice";

const MODEL = "mail.center.draft";
const OPTIONS = "mail_center.options";
const POWERBOX = ".o-we-powerbox";

/** A window in which one mail is written. */
export class ComposeWindow extends Component {
    static template = "mail_center.ComposeWindow";
    static components = { ComposeFiles, Dropdown, DropdownItem, Recipients, SendLater, Wysiwyg };
    static props = { draft: Object };

    setup() {
        this.orm = useService("orm");
        this.ui = useService("ui");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.compose = useService("mail_center.compose");
        this.draft = useState(this.props.draft);
        this.root = useRef("root");
        this.subject = useRef("subject");
        this.sendButton = useRef("send");
        this.state = useState({
            cc: !!this.draft.cc.length,
            bcc: !!this.draft.bcc.length,
            options:
                (browser.localStorage.getItem(OPTIONS) || (this.ui.isSmall ? "folded" : "open")) ===
                "open",
            templateId: this.draft.template_id || 0,
            problems: [],
            confirmed: [],
            sending: false,
            dragging: false,
            recordFiles: [],
        });
        this.saving = useSaving(this.draft, {
            read: () => this.bodyHtml(),
            readNow: () => this.editor.getContent(),
        });
        Object.assign(this, useTemplates(this), useDrops(this));
        this.cssRules = new WeakMap();
        this.typing = new Set();
        this.editorConfig = this.makeEditorConfig();
        onMounted(() => this.focusFirst());
    }

    get id() {
        return `mail_center_${this.draft.id}`;
    }

    get minimised() {
        return this.draft.layout === "minimised";
    }

    get wide() {
        return this.draft.layout === "wide";
    }

    get title() {
        return this.draft.subject || _t("New email");
    }

    get minimiseLabel() {
        return this.minimised ? _t("Restore") : _t("Minimise");
    }

    get widenLabel() {
        return this.wide ? _t("Narrow") : _t("Widen");
    }

    get account() {
        return this.draft.accounts.find((account) => account.id === this.draft.account_id);
    }

    get warnings() {
        return this.state.problems.filter((problem) => problem.level === "warning");
    }

    get hasErrors() {
        return this.state.problems.some((problem) => problem.level === "error");
    }

    focusFirst() {
        if (!this.draft.fresh || this.minimised) {
            return;
        }
        this.draft.fresh = false;
        if (this.draft.to.length && this.draft.subject) {
            this.focusBody();
        } else if (this.draft.to.length) {
            this.subject.el.focus();
        } else {
            this.root.el.querySelector(".o_mail_center_recipients input")?.focus();
        }
    }

    // ---- the editor ------------------------------------------------------------

    makeEditorConfig() {
        return {
            content: markup(withoutWrapper(this.draft.body)),
            Plugins: MAIN_PLUGINS.filter((plugin) => plugin !== ColumnPlugin),
            classList: ["o_mail_center_editable"],
            onChange: () => this.changed("body_html"),
            onEditorReady: () => this.onEditorReady(),
            dropImageAsAttachment: true,
            allowImage: true,
            allowMediaDocuments: false,
            allowVideo: false,
            allowFile: false,
            allowChecklist: false,
            baseContainers: ["DIV", "P"],
            direction: localization.direction || "ltr",
            getRecordInfo: () => ({ resModel: MODEL, resId: this.draft.id }),
            mediaModalParams: { noDocuments: true, noVideos: true },
            resources: {},
        };
    }

    onEditorLoad(editor) {
        this.editor = editor;
    }

    onEditorReady() {
        const { editable } = this.editor;
        markBlocks(editable);
        listenForShortcuts(this);
        editable.setAttribute("role", "textbox");
        editable.setAttribute("aria-multiline", "true");
        editable.setAttribute("aria-label", _t("Text of the email"));
    }

    focusBody() {
        const { editable, shared } = this.editor;
        const line = lineToWriteOn(editable);
        shared.selection.setSelection({ anchorNode: line, anchorOffset: 0 });
        shared.selection.focusEditable();
    }

    /** The body to save, after its pictures were stored. */
    async bodyElement() {
        const content = this.editor.getElContent();
        const stored = await this.editor.shared.imageSave?.savePendingImages(content);
        if (this.editor.editable && stored) {
            for (const image of this.editor.editable.querySelectorAll(
                ".o_b64_image_to_save, .o_modified_image_to_save"
            )) {
                const source = image.getAttribute("src");
                if (stored.has(source)) {
                    image.setAttribute("src", stored.get(source));
                }
                image.classList.remove("o_b64_image_to_save", "o_modified_image_to_save");
            }
        }
        return content;
    }

    async bodyHtml() {
        return (await this.bodyElement()).innerHTML;
    }

    /** The body with its styles written into it, because a mail has no style sheets. */
    async inlinedBody() {
        const element = await this.bodyElement();
        await HtmlMailField.getInlinedEditorContent(this.cssRules, this.editor, element);
        return element.innerHTML;
    }

    // ---- fields ----------------------------------------------------------------

    changed(...names) {
        this.draft.touched = true;
        this.state.problems = this.state.problems.filter(
            (problem) => problem.level === "warning" && !names.includes("subject")
        );
        this.saving.changed(...names);
    }

    onRecipients(kind, entries) {
        this.draft[kind] = entries;
        this.changed(`recipients_${kind}`);
    }

    onSubject(ev) {
        this.draft.subject = ev.target.value;
        this.changed("subject");
    }

    onSubjectKeydown(ev) {
        if (ev.key === "Enter" && !ev.ctrlKey && !ev.metaKey) {
            ev.preventDefault();
            this.focusBody();
        }
    }

    onAccount(ev) {
        this.draft.account_id = Number(ev.target.value) || false;
        placeSignature(this.editor.editable, this.account?.signature || "");
        this.editor.shared.history.addStep();
        this.changed("account_id", "body_html");
    }

    onType(ev) {
        this.draft.type_id = Number(ev.target.value) || false;
        this.changed("type_id");
    }

    onTemplate(ev) {
        this.state.templateId = Number(ev.target.value);
    }

    toggleOptions() {
        this.state.options = !this.state.options;
        browser.localStorage.setItem(OPTIONS, this.state.options ? "open" : "folded");
    }

    // ---- the window ------------------------------------------------------------

    toggleMinimised() {
        this.compose.setLayout(this.draft, this.minimised ? "normal" : "minimised");
    }

    toggleWide() {
        this.compose.setLayout(this.draft, this.wide ? "normal" : "wide");
    }

    async close() {
        await this.saving.flush();
        await this.compose.close(this.draft);
    }

    discard() {
        if (!this.draft.touched) {
            return this.compose.discard(this.draft);
        }
        // On a phone the editor's bar lies over the dialog's buttons as long as it has the caret.
        document.getSelection().removeAllRanges();
        this.dialog.add(ConfirmationDialog, {
            title: _t("Discard this email?"),
            body: _t("What you wrote and its files are deleted for good."),
            confirmLabel: _t("Discard"),
            confirm: async () => {
                this.saving.stop();
                await this.compose.discard(this.draft);
            },
            cancelLabel: _t("Keep it"),
            cancel: () => {},
        });
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            ev.preventDefault();
            ev.stopPropagation();
            document.activeElement?.blur(); // takes what is still being typed
            this.send();
        } else if (ev.key === "Escape" && this.isText(ev.target)) {
            // The tabulator belongs to the editor: this is the way out of it by keyboard.
            this.sendButton.el.focus();
        }
    }

    /** In the text of the mail, and not in the editor's list of commands. */
    isText(target) {
        return this.editor.editable?.contains(target) && !document.querySelector(POWERBOX);
    }

    /** Discuss takes the focus at every Escape, wherever it is pressed: bring it back. */
    async onEscape(ev) {
        if (ev.key !== "Escape") {
            return;
        }
        const back = this.isText(ev.target) ? this.sendButton.el : ev.target;
        await new Promise((done) =>
            browser.requestAnimationFrame(() => browser.setTimeout(done))
        );
        if (document.activeElement?.closest(".o-mail-Composer")) {
            back.focus();
        }
    }

    setFilesApi(api) {
        this.files = api;
    }

    chooseFiles() {
        this.files.choose();
    }

    async loadRecordFiles() {
        this.state.recordFiles = await this.orm.call(MODEL, "record_files", [[this.draft.id]]);
    }

    async addRecordFile(file) {
        this.onFiles(
            await this.orm.call(MODEL, "add_record_files", [[this.draft.id], [file.id]])
        );
    }

    onFiles(files) {
        this.draft.files = files;
        this.draft.touched = true;
        this.state.problems = [];
    }

    // ---- previewing and sending ------------------------------------------------

    /** Wait until what was typed last has become recipients, and save. */
    async settle() {
        await Promise.all(this.typing);
        await this.saving.flush();
    }

    /** Text that is being read as addresses, or a template: sending must not overtake it. */
    onTyping(promise) {
        this.typing.add(promise);
        promise.finally(() => this.typing.delete(promise)).catch(() => {});
    }

    async preview() {
        await this.settle();
        const html = await this.inlinedBody();
        this.dialog.add(PreviewDialog, {
            draftId: this.draft.id,
            html,
            send: () => this.send(),
        });
    }

    sendAnyway() {
        this.state.confirmed.push(...this.warnings.map((problem) => problem.code));
        return this.send(this.later);
    }

    dismiss(problem) {
        if (problem.level === "warning") {
            this.state.confirmed.push(problem.code);
        }
        this.state.problems = this.state.problems.filter((one) => one !== problem);
    }

    /** Send now, or at `later` (UTC, as the server writes it). */
    async send(later = false) {
        if (this.state.sending) {
            return;
        }
        this.later = later;
        this.state.sending = true;
        try {
            // A file that is still being uploaded leaves with the mail; what failed is told there.
            const complete = await this.files.settle();
            await this.settle();
            if (this.saving.state.conflict || !complete) {
                return;
            }
            const answer = await this.orm.call(MODEL, "send", [[this.draft.id]], {
                html: await this.inlinedBody(),
                at: later || null,
                confirmed: this.state.confirmed,
            });
            if (answer.problems) {
                this.state.problems = answer.problems;
                return;
            }
            this.saving.stop();
            this.compose.sent(this.draft, later ? { ...answer, seconds: 0 } : answer);
        } finally {
            this.state.sending = false;
        }
    }
}
