import { Component, onWillUnmount, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

/**
 * The body of a mail in a frame of its own: no script can run in it, and what it shows
 * can't leave it. The server adds a content security policy as a second wall.
 */
export class MailBody extends Component {
    static template = "mail_center.MailBody";
    static props = {
        messageId: Number,
        remote: { type: Number, optional: true },
        fold: { type: Boolean, optional: true },
    };
    static defaultProps = { remote: 0, fold: false };

    setup() {
        this.frame = useRef("frame");
        this.state = useState({ images: false, height: 60 });
        this.observer = null;
        onWillUnmount(() => this.observer?.disconnect());
    }

    get src() {
        const options = [this.state.images && "images=1", this.props.fold && "fold=1"];
        const query = options.filter(Boolean).join("&");
        return `/mail_center/message/${this.props.messageId}/body${query && "?"}${query}`;
    }

    get blockedText() {
        return this.props.remote === 1
            ? _t("One remote image is blocked, so that the sender does not learn that you read this.")
            : _t(
                  "%s remote images are blocked, so that the sender does not learn that you read this.",
                  this.props.remote
              );
    }

    onLoad() {
        const body = this.frame.el?.contentDocument?.body;
        if (!body) {
            return;
        }
        body.ownerDocument.addEventListener("keydown", (ev) => this.onKeydown(ev));
        const fit = () => {
            // A wide table scrolls inside the frame and needs room for its scroll bar.
            const wide = body.scrollWidth > body.clientWidth ? 18 : 0;
            this.state.height = Math.max(30, body.scrollHeight + wide);
        };
        this.observer?.disconnect();
        this.observer = new ResizeObserver(fit);
        this.observer.observe(body);
        fit();
    }

    /** Keys typed over the mail mean what they mean beside it. */
    onKeydown(ev) {
        const { key, code, ctrlKey, shiftKey, altKey, metaKey } = ev;
        const copy = new KeyboardEvent("keydown", {
            key, code, ctrlKey, shiftKey, altKey, metaKey, bubbles: true, cancelable: true,
        });
        if (this.frame.el && !this.frame.el.dispatchEvent(copy)) {
            ev.preventDefault();
        }
    }
}
