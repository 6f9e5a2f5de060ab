import { markup } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { session } from "@web/session";
import { stepUtils } from "@web_tour/tour_utils";

export const TOUR = "mail_center_tour";

const ELSEWHERE = "body:not(:has(.o_mail_center_mailbox))";
const BACK = ".o_mail_center_reading .o_mail_center_back:visible";

/** What a newcomer has to know of the mailbox. It waits at the list until there is mail. */
registry.category("web_tour.tours").add(TOUR, {
    url: "/odoo",
    steps: () => [
        { ...stepUtils.showAppsMenuItem(), isActive: ["auto", "community", "desktop", ELSEWHERE] },
        {
            isActive: [ELSEWHERE],
            trigger: ".o_app[data-menu-xmlid='mail_center.menu_root']",
            content: markup(_t("Your mail is in the app <b>Email</b>.")),
            tooltipPosition: "bottom",
            run: "click",
        },
        { isActive: ["auto"], trigger: ".o_mail_center_row .o_mail_center_main", run: "click" },
        {
            // Whichever mail is chosen.
            isActive: ["manual"],
            trigger: ".o_mail_center_list",
            content: markup(
                _t("<b>Choose a mail.</b> The conversation opens; pictures that would tell the sender stay blocked.")
            ),
            tooltipPosition: "right",
            run: "click",
        },
        {
            trigger: ".o_mail_center_conversation .o_mail_center_link_to",
            content: markup(
                _t("<b>Link it to a record</b>, such as a contact or an opportunity: it shows there too.")
            ),
            tooltipPosition: "top",
            run: "click",
        },
        { isActive: ["auto"], trigger: ".o_mail_center_link_dialog .o_mail_center_close", run: "click" },
        {
            isActive: ["manual"],
            trigger:
                ".o_mail_center_link_dialog .o_mail_center_close, .o_mail_center_link_dialog .btn-close, .o_mail_center_link_dialog .o_mail_center_targets",
            content: _t("Type a few letters and choose a record, or close this: nothing is linked then."),
            tooltipPosition: "top",
            run: "click",
        },
        {
            isActive: [BACK],
            trigger: BACK,
            content: _t("Back to the list."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_mail_center_search input",
            content: markup(
                _t("<b>Find any mail</b>: words in any form, <code>from:anna</code>, <code>has:attachment</code>. Type something.")
            ),
            tooltipPosition: "bottom",
            run: "edit has:attachment",
        },
        {
            trigger: ".o_mail_center_help",
            content: markup(_t("<b>All keys</b> and what the search understands are here, or press <kbd>?</kbd>")),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_mail_center_shortcuts .o_mail_center_close, .o_mail_center_shortcuts .btn-close",
            content: _t("Close this when you have had a look."),
            tooltipPosition: "top",
            run: "click",
        },
        {
            trigger: ".o_mail_center_places .o_mail_center_write, .o_mail_center_pane .o_mail_center_write",
            content: markup(
                _t("<b>Write</b> from here, or with the button <b>Email</b> on any record. Nothing leaves before you press Send.")
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        { trigger: ".o_mail_center_window" },
    ],
});

/**
 * Show the mailbox around. Odoo switches all its tours on for who starts one; whoever had them off
 * is not sent on to the others afterwards.
 */
export async function showAround(tours, orm) {
    await tours.startTour(TOUR, {
        mode: "manual",
        redirect: false,
        rainbowManMessage: _t("<b>That was all.</b> Good mail!"),
    });
    if (!session.tour_enabled) {
        await orm.silent.call("res.users", "switch_tour_enabled", [false]);
    }
}
