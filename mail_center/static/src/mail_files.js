import { Component } from "@odoo/owl";
import { FileModel } from "@web/core/file_viewer/file_model";
import { useFileViewer } from "@web/core/file_viewer/file_viewer_hook";
import { humanNumber } from "@web/core/utils/numbers";

const ICONS = [
    [/^image\//, "fa-file-image-o"],
    [/pdf/, "fa-file-pdf-o"],
    [/zip|compressed|tar/, "fa-file-archive-o"],
    [/word|opendocument\.text/, "fa-file-word-o"],
    [/sheet|excel|csv/, "fa-file-excel-o"],
    [/presentation|powerpoint/, "fa-file-powerpoint-o"],
    [/^audio\//, "fa-file-audio-o"],
    [/^video\//, "fa-file-video-o"],
    [/^text\//, "fa-file-text-o"],
];
// What the server gives to be seen, see controllers/message.py: as text whatever is text, no SVG.
const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"];

/** A file of a mail for Odoo's file viewer, from the mail's own addresses. */
class MailFile extends FileModel {
    constructor(messageId, { id, name, size, mimetype, warning }) {
        super();
        Object.assign(this, { messageId, id, name, size, warning, mimetype: mimetype || "" });
    }

    get isImage() {
        return IMAGES.includes(this.mimetype);
    }

    get isText() {
        return this.mimetype.startsWith("text/");
    }

    get isUrlYoutube() {
        return false;
    }

    get saveUrl() {
        return `/mail_center/message/${this.messageId}/file/${this.id}`;
    }

    get urlRoute() {
        return `${this.saveUrl}/view`;
    }
}

/** The files of a mail: a look at each, a download, all at once, and with `save` into a record. */
export class MailFiles extends Component {
    static template = "mail_center.MailFiles";
    static props = { messageId: Number, files: Array, save: { type: Function, optional: true } };

    setup() {
        this.viewer = useFileViewer();
    }

    get files() {
        return this.props.files.map((file) => new MailFile(this.props.messageId, file));
    }

    view(file) {
        const files = this.files;
        this.viewer.open(
            files.find((other) => other.id === file.id),
            files
        );
    }

    icon(file) {
        const found = ICONS.find(([kind]) => kind.test(file.mimetype));
        return found ? found[1] : "fa-paperclip";
    }

    size(file) {
        return `${humanNumber(file.size, { decimals: 0 })}B`;
    }
}
