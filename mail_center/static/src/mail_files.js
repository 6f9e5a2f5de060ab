import { Component } from "@odoo/owl";
import { humanNumber } from "@web/core/utils/numbers";

/** The files of a mail, each a download. */
export class MailFiles extends Component {
    static template = "mail_center.MailFiles";
    static props = { messageId: Number, files: Array };

    size(file) {
        return `${humanNumber(file.size, { decimals: 0 })}B`;
    }
}
