import {
    Component,
    onMounted,
    onPatched,
    onWillStart,
    onWillUnmount,
    useRef,
    useState,
} from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { debounce } from "@web/core/utils/timing";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { duration } from "./duration";
import { Onboarding } from "./onboarding";

const REFRESH_EVERY = 30_000;
const COLORS = { in: "#4c8eda", out: "#57b894" };

/** All accounts on one page: does everything work, and if not, who has to do what? */
export class Dashboard extends Component {
    static template = "mail_center.Dashboard";
    static components = { Onboarding };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: null });
        this.canvas = useRef("canvas");
        const status = useService("mail_center.status");
        const refresh = debounce(() => this.refresh(), 500);
        let stop, timer;
        onWillStart(() => Promise.all([loadBundle("web.chartjs_lib"), this.load()]));
        onMounted(() => {
            this.draw();
            stop = status.listen(refresh);
            timer = setInterval(refresh, REFRESH_EVERY);
        });
        onPatched(() => this.draw());
        onWillUnmount(() => {
            stop();
            clearInterval(timer);
            refresh.cancel();
            this.chart?.destroy();
        });
    }

    async load() {
        this.state.data = await this.orm.silent.call("mail.center.dashboard", "overview", []);
    }

    async refresh() {
        if (!document.hidden) {
            await this.load();
        }
    }

    get headline() {
        const { light, people, total } = this.state.data;
        if (!total) {
            return _t("No account is connected yet");
        }
        if (people.length === 1) {
            return _t("1 account needs a person");
        }
        if (people.length) {
            return _t("%s accounts need a person", people.length);
        }
        if (light === "off") {
            return _t("All accounts are paused");
        }
        return light === "green" ? _t("Everything works") : _t("Almost everything works");
    }

    get queueAge() {
        const { age, count } = this.state.data.queue;
        return count ? _t("the oldest for %s", duration(age)) : _t("nothing waits");
    }

    draw() {
        if (!this.canvas.el) {
            return;
        }
        const { hours } = this.state.data;
        const data = {
            labels: hours.map(([label]) => label),
            datasets: [
                { label: _t("Received"), data: hours.map((row) => row[1]), backgroundColor: COLORS.in },
                { label: _t("Sent"), data: hours.map((row) => row[2]), backgroundColor: COLORS.out },
            ],
        };
        if (this.chart) {
            this.chart.data = data;
            this.chart.update("none");
            return;
        }
        this.chart = new Chart(this.canvas.el, {
            type: "bar",
            data,
            options: {
                animation: false,
                maintainAspectRatio: false,
                plugins: { legend: { position: "bottom" } },
                scales: {
                    x: { stacked: true, grid: { display: false } },
                    y: { stacked: true, beginAtZero: true, ticks: { precision: 0 } },
                },
            },
        });
    }

    async hideOnboarding() {
        await this.orm.call("mail.center.dashboard", "hide_onboarding", []);
        await this.load();
    }

    openStatus(status) {
        this.action.doAction("mail_center.mail_center_account_action_status", {
            additionalContext: { [`search_default_${status === "ok" ? "up_to_date" : status}`]: 1 },
        });
    }

    openAccount(id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mail.center.account",
            res_id: id,
            views: [[false, "form"]],
        });
    }

    async test(id) {
        const action = await this.orm.call("mail.center.account", "action_test_connection", [[id]]);
        this.action.doAction(action);
    }

    open(xmlid) {
        this.action.doAction(xmlid);
    }
}

registry.category("actions").add("mail_center_dashboard", Dashboard);
