import { Component, onWillUpdateProps, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { humanNumber } from "@web/core/utils/numbers";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";

import { MailBody } from "../mail_body";
import { shortDate } from "./short_date";
import { MailFiles } from "../mail_files";
import { Delivery } from "../outbox/delivery";
import { Notes } from "./notes";
import { Snooze } from "./snooze";

/** The conversation that is open: the mail that was chosen unfolded, the others as a line each. */
export class Conversation extends Component {
    static template = "mail_center.Conversation";
    static components = {
        Delivery, Dropdown, DropdownItem, MailBody, MailFiles, Notes, Snooze,
    };
    static props = {
        conversation: Object,
        openId: Number,
        words: { type: Array, optional: true },
        answer: Function,
        continueDraft: Function,
        star: Function,
        markRead: Function,
        link: Function,
        unlink: Function,
        accept: Function,
        makeRule: Function,
        openRecord: Function,
        archive: Function,
        trash: Function,
        chooseFolder: Function,
        download: Function,
        chooseType: Function,
        chooseHandler: Function,
        creatable: Function,
        create: Function,
        addNote: Function,
        removeNote: Function,
        snooze: Function,
        unsnooze: Function,
        saveFiles: Function,
        trust: Function,
        print: Function,
    };

    static defaultProps = { words: [] };

    setup() {
        this.state = useState({ unfolded: {}, headers: {}, earlier: false, kinds: {} });
        onWillUpdateProps((next) => {
            if (next.openId !== this.props.openId) {
                Object.assign(this.state, { unfolded: {}, headers: {}, earlier: false });
            }
        });
    }

    get messages() {
        return this.props.conversation.messages;
    }

    /** Of a long conversation the middle waits until it is asked for. */
    get hidden() {
        const long = this.messages.length > 6 && !this.state.earlier;
        return long
            ? this.messages.slice(1, -3).filter((mail) => !this.isUnfolded(mail))
            : [];
    }

    get shown() {
        const hidden = new Set(this.hidden.map((mail) => mail.id));
        return this.messages.filter((mail) => !hidden.has(mail.id));
    }

    /** The mail that the button for the hidden ones stands before. */
    get afterHidden() {
        const last = this.hidden.at(-1);
        return last && this.messages[this.messages.indexOf(last) + 1]?.id;
    }

    get hiddenText() {
        return _t("Show %s more", this.hidden.length);
    }

    get olderText() {
        return _t(
            "Older mails of this conversation that are not shown: %s",
            this.props.conversation.older
        );
    }

    get writingText() {
        const names = this.props.conversation.writing;
        return names.length === 1
            ? _t("%s is writing an answer", names[0])
            : _t("Writing an answer: %s", names.join(", "));
    }

    recipients(mail) {
        const to = _t("To: %s", mail.to);
        return mail.cc ? `${to} · ${_t("Cc: %s", mail.cc)}` : to;
    }

    isUnfolded(mail) {
        return this.state.unfolded[mail.id] ?? (mail.id === this.props.openId || mail.unread);
    }

    toggle(mail) {
        this.state.unfolded[mail.id] = !this.isUnfolded(mail);
    }

    name(text) {
        return text.replace(/\s*<[^>]*>/g, "").replaceAll('"', "") || text;
    }

    initial(mail) {
        return this.name(mail.sender).charAt(0).toUpperCase() || "?";
    }

    avatar(mail) {
        return mail.direction === "in" && mail.partner_id
            ? `/web/image/res.partner/${mail.partner_id}/avatar_128`
            : "";
    }

    showHeaders(mail) {
        this.state.headers[mail.id] = !this.state.headers[mail.id];
        this.state.unfolded[mail.id] = true;
    }

    async loadKinds(mail) {
        this.state.kinds[mail.id] = await this.props.creatable(mail);
    }

    showSource(mail) {
        browser.open(`/mail_center/message/${mail.id}/source?view=1`, "_blank");
    }

    downloadSource(mail) {
        browser.open(`/mail_center/message/${mail.id}/source`, "_self");
    }

    details(mail) {
        return [
            { name: _t("From"), value: mail.sender },
            { name: _t("To"), value: mail.to },
            { name: _t("Cc"), value: mail.cc },
            { name: _t("Reply to"), value: mail.reply_to },
            { name: _t("Subject"), value: mail.subject },
            { name: _t("Date"), value: this.when(mail) },
            { name: _t("Account"), value: mail.account },
            { name: _t("Folder"), value: mail.folders.map((folder) => folder.path).join(", ") },
            { name: _t("Type"), value: mail.type },
        ].filter((line) => line.value);
    }

    when(mail) {
        return toLocaleDateTimeString(deserializeDateTime(mail.date), { showSeconds: false });
    }

    day(mail) {
        return shortDate(deserializeDateTime(mail.date));
    }

    fileSize(file) {
        return `${humanNumber(file.size, { decimals: 1 })}B`;
    }

    leftText(mail) {
        return _t(
            "This mail is large (%s). Here is its text; its files are fetched when you ask for them.",
            this.fileSize(mail.left)
        );
    }

    guests(mail) {
        return _t("Invited: %s", mail.invitation.guests);
    }

    stateClass(mail) {
        return (
            {
                sent: "o_mail_center_sent",
                failed: "text-bg-danger",
                queued: "text-bg-info",
                sending: "text-bg-info",
                cancelled: "text-bg-secondary",
            }[mail.state] || "text-bg-warning"
        );
    }

    onKeydown(ev, mail) {
        if (ev.target === ev.currentTarget && ["Enter", " "].includes(ev.key)) {
            ev.preventDefault();
            ev.stopPropagation();
            this.toggle(mail);
        }
    }
}
