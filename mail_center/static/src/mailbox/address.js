import { useSetupAction } from "@web/search/action_hook";

import { placeKey, readPlace } from "./place";

/**
 * What the mailbox shows first: `{ place, query, openId }`. It is told by what was there when it
 * was left (a way back by the breadcrumb), by who opens it, or by the address bar.
 */
export function readAddress({ action, resId, state }) {
    const { context = {}, params = {} } = action;
    const asked = state || {
        place: context.mail_center_place ?? params.place,
        // Odoo's router makes numbers of digits.
        query: context.mail_center_place ? "" : String(params.q ?? ""),
        openId: resId,
    };
    return {
        place: readPlace(asked.place),
        query: asked.query || "",
        openId: asked.openId || false,
    };
}

/**
 * Keep the address bar true, so that back, reload and a shared link show the same place, search and
 * mail. Names of our own: of `active_id` Odoo keeps only numbers, and those of the page before.
 */
export function useAddress(box) {
    useSetupAction({
        getLocalState: () => ({
            place: placeKey(box.state.place),
            query: box.state.query,
            openId: box.state.openId,
        }),
    });
    return {
        remember() {
            const key = placeKey(box.state.place);
            box.props.updateActionState?.({
                place: key === placeKey(readPlace()) ? undefined : key,
                q: box.state.query || undefined,
                resId: box.state.openId || false,
            });
        },
    };
}
