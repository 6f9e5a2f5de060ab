import { formatDate, formatDateTime } from "@web/core/l10n/dates";

const { DateTime } = luxon;

/** When it was: the time of today, the day of this year, else the date. */
export function shortDate(date) {
    const now = DateTime.local();
    if (date.hasSame(now, "day")) {
        return formatDateTime(date, { format: "HH:mm" });
    }
    return date.hasSame(now, "year")
        ? date.toLocaleString({ day: "numeric", month: "short" })
        : formatDate(date);
}
