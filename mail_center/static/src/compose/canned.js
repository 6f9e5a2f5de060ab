import { parseHTML } from "@html_editor/utils/html";

const MODEL = "mail.center.draft";

/**
 * The `::shortcut` right before the caret: `{ name, node, start, end }` in its text node, or null.
 */
export function shortcutAtCaret(selection) {
    const { anchorNode: node, anchorOffset: end, isCollapsed } = selection;
    if (!isCollapsed || node?.nodeType !== Node.TEXT_NODE) {
        return null;
    }
    const found = /(?:^|[\s\u200b\ufeff])(::([\p{L}\p{N}_.-]{1,40}))$/u.exec(node.data.slice(0, end));
    return found && { name: found[2], node, start: end - found[1].length, end };
}

/** `::shortcut` and a space, Tab or Enter become the text of a template, right there. */
export function listenForShortcuts(composeWindow) {
    const { draft, editor } = composeWindow;

    function onKeydown(ev) {
        if (![" ", "Tab", "Enter"].includes(ev.key) || ev.ctrlKey || ev.metaKey || ev.altKey) {
            return;
        }
        const typed = shortcutAtCaret(document.getSelection());
        const name = typed && typed.name.toLowerCase();
        const template = name && draft.templates.find((one) => one.shortcut.toLowerCase() === name);
        if (template) {
            ev.preventDefault();
            ev.stopImmediatePropagation();
            insert(template, typed);
        }
    }

    async function insert(template, { node, start, end }) {
        const { html, warnings } = await composeWindow.orm.call(MODEL, "canned_answer", [
            [draft.id],
            template.id,
        ]);
        if (!node.isConnected) {
            return;
        }
        const { selection, delete: remove, dom, history } = editor.shared;
        selection.setSelection({
            anchorNode: node, anchorOffset: start, focusNode: node, focusOffset: end,
        });
        remove.deleteSelection();
        dom.insert(parseHTML(document, html));
        history.addStep();
        composeWindow.changed("body_html");
        for (const warning of warnings) {
            composeWindow.notification.add(warning, { type: "warning" });
        }
    }

    editor.editable.addEventListener("keydown", onKeydown, { capture: true });
}
