import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";

const FEW = 8;

/** One of a list: `choices` are `{ id, name, avatar?, note? }`. Enter takes the first. */
export class ChoiceDialog extends Component {
    static template = "mail_center.ChoiceDialog";
    static components = { Dialog };
    static props = { title: String, choices: Array, choose: Function, close: Function };

    setup() {
        this.state = useState({ term: "" });
        useAutofocus();
    }

    get many() {
        return this.props.choices.length > FEW;
    }

    get found() {
        const term = this.state.term.trim().toLocaleLowerCase();
        return this.props.choices.filter((one) => one.name.toLocaleLowerCase().includes(term));
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && this.found.length) {
            ev.preventDefault();
            this.take(this.found[0]);
        }
    }

    async take(choice) {
        await this.props.choose(choice);
        this.props.close();
    }
}
