import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { session } from "@web/session";

import { ComposeWindow } from "./compose_window";

/** The place at the bottom of the screen where the windows stand. */
export class ComposeDock extends Component {
    static template = "mail_center.ComposeDock";
    static components = { ComposeWindow };
    static props = {};

    setup() {
        this.compose = useState(useService("mail_center.compose"));
    }
}

if (session.mail_center) {
    registry.category("main_components").add("mail_center.ComposeDock", { Component: ComposeDock });
}
