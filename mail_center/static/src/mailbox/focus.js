import { onPatched, useExternalListener } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";

const ROOT = ".o_mail_center_mailbox";
// Where the keyboard goes on when what had the focus is gone, the best first.
const NEXT = [".o_mail_center_row.o_open .o_mail_center_main", ".o_mail_center_main",
              ".o_mail_center_reading"];

/** Focus is never lost: an archived mail leaves it to the next one, not to the page's beginning. */
export function useFocusKept() {
    let inside = false;
    const look = () => (inside = !!document.activeElement?.closest(ROOT));
    useExternalListener(document, "focusin", look);
    // Who presses beside everything wants the focus nowhere.
    useExternalListener(document, "pointerup", look, { capture: true });
    onPatched(() => {
        if (!inside) {
            return;
        }
        // A dialog that closes gives it back first.
        browser.setTimeout(() => {
            const root = document.querySelector(ROOT);
            if (!root || document.activeElement !== document.body || document.querySelector(".o_dialog")) {
                return;
            }
            const visible = NEXT.flatMap((one) => [...root.querySelectorAll(one)]).find(
                (one) => one.checkVisibility()
            );
            visible?.focus();
        });
    });
}
