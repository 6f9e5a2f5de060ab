import { Component } from "@odoo/owl";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { STATIC_ACTIONS_GROUP_NUMBER } from "@web/search/action_menus/action_menus";

/** "Adopt mail servers" in the menu of the list of accounts, for email managers. */
export class AdoptServers extends Component {
    static template = "mail_center.AdoptServers";
    static components = { DropdownItem };
    static props = {};

    async adopt() {
        // Not by useService: the menu is closed, and this component gone, when the answer comes.
        const { action, orm } = this.env.services;
        await action.doAction(await orm.call("mail.center.account", "action_adopt_servers"));
    }
}

registry.category("cogMenu").add(
    "mail_center_adopt",
    {
        Component: AdoptServers,
        groupNumber: STATIC_ACTIONS_GROUP_NUMBER,
        isDisplayed: async ({ config, searchModel }) =>
            searchModel.resModel === "mail.center.account" &&
            ["list", "kanban"].includes(config.viewType) &&
            (await user.hasGroup("mail_center.group_manager")),
    },
    { sequence: 5 }
);
