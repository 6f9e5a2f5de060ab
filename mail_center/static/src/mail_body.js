import { Component, onWillUnmount, onWillUpdateProps, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

import { markDocument } from "./mailbox/marks";

/** Is the page around `element` dark? Odoo's dark look is a style sheet, not a setting of the browser's. */
export function isDark(element) {
    const numbers = getComputedStyle(element).backgroundColor.match(/[\d.]+/g) || [];
    const [red, green, blue, alpha = 1] = numbers.map(Number);
    return alpha > 0 && 0.3 * red + 0.6 * green + 0.1 * blue < 110;
}

/**
 * The body of a mail in a frame of its own: no script can run in it, and what it shows
 * can't leave it. The server adds a content security policy as a second wall.
 */
export class MailBody extends Component {
    static template = "mail_center.MailBody";
    static props = {
        messageId: Number,
        remote: { type: Number, optional: true },
        trackers: { type: Number, optional: true },
        fold: { type: Boolean, optional: true },
        trusted: { type: Boolean, optional: true },
        trust: { type: Function, optional: true },
        words: { type: Array, optional: true },
    };
    static defaultProps = { remote: 0, trackers: 0, fold: false, trusted: false, words: [] };

    setup() {
        this.frame = useRef("frame");
        this.state = useState({ images: false, height: 60 });
        this.dark = isDark(document.body);
        this.observer = null;
        onWillUpdateProps((next) => this.mark(next.words));
        onWillUnmount(() => this.observer?.disconnect());
    }

    get src() {
        const options = [
            this.images && "images=1",
            this.props.fold && "fold=1",
            this.dark && "dark=1",
        ];
        const query = options.filter(Boolean).join("&");
        return `/mail_center/message/${this.props.messageId}/body${query && "?"}${query}`;
    }

    get images() {
        return this.state.images || this.props.trusted;
    }

    get blockedText() {
        const { remote } = this.props;
        if (this.images || !remote) {
            return "";
        }
        return remote === 1
            ? _t("One remote image is blocked, so that the sender does not learn that you read this.")
            : _t(
                  "%s remote images are blocked, so that the sender does not learn that you read this.",
                  remote
              );
    }

    get trackerText() {
        const { trackers } = this.props;
        if (!trackers) {
            return "";
        }
        return trackers === 1
            ? _t("One tracker was removed.")
            : _t("Trackers that were removed: %s", trackers);
    }

    alwaysShow() {
        return this.props.trust(true);
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
        this.mark();
    }

    /** What was looked for, wherever it stands in the mail. */
    mark(words = this.props.words) {
        const frame = this.frame.el?.contentWindow;
        if (frame?.document?.body) {
            markDocument(frame, words);
        }
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
