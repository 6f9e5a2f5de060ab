import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

const PAGE = 50;
const RELOADED = 200;

/** Reads what the mailbox `box` shows: places, pages of mail, the open conversation. */
export function useLoading(box) {
    const orm = useService("orm").silent;
    const turns = { page: 0, mail: 0 };
    // Mails whose files are asked for: what was read before the server heard of it does not know.
    const downloads = new Set();
    // Older mail is wanted, and what brought it was superseded.
    let older = false;

    /** The answer, or null when something newer was asked meanwhile: that is shown then. */
    async function latest(kind, asked) {
        const turn = ++turns[kind];
        try {
            const answer = await asked;
            return turn === turns[kind] ? answer : null;
        } catch (error) {
            if (turn === turns[kind]) {
                throw error;
            }
            return null;
        }
    }

    function page(cursor, limit = PAGE) {
        const { place, query, conversations } = box.state;
        return latest(
            "page",
            orm.call("mail.center.mailbox", "page", [place], { cursor, query, conversations, limit })
        );
    }

    function reason(error) {
        return error.data?.message || _t("The mail could not be loaded. Check the connection.");
    }

    async function loadSidebar() {
        try {
            box.state.sidebar = await orm.call("mail.center.mailbox", "sidebar", []);
            box.state.loaded = true;
        } catch (error) {
            box.state.failed = reason(error);
        }
    }

    async function loadPage() {
        Object.assign(box.state, { loading: true, searching: true, failed: "" });
        older = false;
        try {
            const found = await page(null);
            if (!found) {
                return;
            }
            Object.assign(box.state, {
                rows: found.rows,
                next: found.next,
                words: found.words,
                names: found.names,
                recordName: found.title,
                unknown: found.unknown,
            });
        } catch (error) {
            Object.assign(box.state, { rows: [], next: false, failed: reason(error) });
        }
        Object.assign(box.state, { loading: false, searching: false });
        return loadRest();
    }

    /** A search for what is rare gives at once what is new; the rest takes a moment. */
    async function loadRest() {
        while (box.state.next && box.state.rows.length < PAGE && !box.state.failed) {
            const { next } = box.state;
            await loadMore();
            if (box.state.next === next) {
                return;
            }
        }
    }

    async function loadMore() {
        if (box.state.loading || !box.state.next) {
            return;
        }
        box.state.loading = true;
        older = true;
        try {
            const found = await page(box.state.next);
            if (!found) {
                return; // what supersedes it goes on with it
            }
            older = false;
            const here = new Set(box.state.rows.map((row) => row.id));
            box.state.rows.push(...found.rows.filter((row) => !here.has(row.id)));
            box.state.next = found.next;
        } catch (error) {
            older = false;
            box.state.failed = reason(error);
        }
        box.state.loading = false;
    }

    async function loadConversation(id) {
        const asked = orm.call("mail.center.mailbox", "conversation", [id]);
        const found = await latest("mail", asked);
        // Another may have been chosen meanwhile.
        if (found && box.state.openId === id) {
            for (const { id: mailId, left } of found.messages) {
                if (left && downloads.has(mailId)) {
                    left.wanted = true;
                }
            }
            box.state.conversation = { ...found, open_id: id };
            box.state.opening = false;
        }
        return asked;
    }

    /** Something changed on the server: what is shown is read again, nothing jumps. */
    async function refresh() {
        loadSidebar();
        if (box.state.searching) {
            // What was asked is superseded: the new answer brings all that it would have.
            await loadPage();
        } else {
            await refreshPage();
        }
        if (box.state.openId) {
            await loadConversation(box.state.openId).catch(() => {});
        }
    }

    async function refreshPage() {
        const shown = Math.min(Math.max(box.state.rows.length, PAGE), RELOADED);
        try {
            const found = await page(null, shown);
            if (found) {
                const head = new Set(found.rows.map((row) => row.id));
                const [until] = found.next || [""];
                const tail = box.state.rows.filter(
                    (row) => !head.has(row.id) && row.date.replace(" ", "T") <= until
                );
                Object.assign(box.state, {
                    rows: [...found.rows, ...tail],
                    next: tail.length ? box.state.next : found.next,
                    loading: false,
                    failed: "",
                });
            }
        } catch {
            // Without connection the list stays as it was.
            box.state.loading = false;
        }
        await loadRest();
        if (older) {
            loadMore();
        }
    }

    return { loadSidebar, loadPage, loadMore, loadConversation, refresh, reason, downloads };
}
