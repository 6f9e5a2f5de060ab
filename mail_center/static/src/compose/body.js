import { isEmptyBlock } from "@html_editor/utils/dom_info";
import { parseHTML } from "@html_editor/utils/html";

/** What a mail is made of besides what is typed: blocks that are told apart by their class. */
const TEMPLATE = "o_mail_center_template";
const SIGNATURE = "o_mail_center_signature";
const QUOTE = "o_mail_center_quote";
// Odoo's editor puts lines beside a block that are not part of the text until one writes on them.
const PLACEHOLDER = "[data-selection-placeholder]";
const WRAPPER = "div[data-o-mail-quote-container]:not([class])";
const MARKS = ["data-o-mail-quote", "data-o-mail-quote-container", "data-o-mail-quote-node"];

/** Text and pictures of a block in one short string; the same as long as nobody changes it. */
function fingerprint(block) {
    const text = block.textContent.replace(/[\u200b\ufeff]/g, "").replace(/\s+/g, " ").trim();
    let hash = 0;
    for (const char of text) {
        hash = (hash * 31 + char.codePointAt(0)) | 0;
    }
    return `${hash}.${text.length}.${block.querySelectorAll("img").length}`;
}

function element(html) {
    return parseHTML(document, html).firstElementChild;
}

/**
 * A stored body as it was written. Odoo's own cleaning wraps a body with a signature into one more
 * element and marks what it takes for a quote: neither is part of the mail, and within the wrapper
 * nothing finds its place any more.
 *
 * @param {string} html
 * @returns {string}
 */
export function withoutWrapper(html) {
    const root = document.createElement("div");
    root.append(parseHTML(document, html));
    while (root.childNodes.length === 1 && root.firstChild.matches?.(WRAPPER)) {
        root.firstChild.replaceWith(...root.firstChild.childNodes);
    }
    for (const marked of root.querySelectorAll(MARKS.map((name) => `[${name}]`).join())) {
        MARKS.forEach((name) => marked.removeAttribute(name));
    }
    return root.innerHTML;
}

/** Remember how inserted blocks look before a person touches them. */
export function markBlocks(editable) {
    for (const block of editable.querySelectorAll(`.${TEMPLATE}, .${SIGNATURE}`)) {
        block.dataset.mcText ||= fingerprint(block);
    }
}

export function isEdited(block) {
    return block.dataset.mcText !== fingerprint(block);
}

export function templateBlock(editable) {
    return editable.querySelector(`.${TEMPLATE}`);
}

/** Where one begins to write: the first empty line, else the top of what is there. */
export function lineToWriteOn(editable) {
    const lines = [...editable.children].filter((line) => !line.matches(PLACEHOLDER));
    const own = lines.filter((line) => !line.matches(`.${TEMPLATE}, .${SIGNATURE}, .${QUOTE}`));
    return own.find(isEmptyBlock) || own[0] || lines[0] || editable;
}

/** Put the text of a template where the former one was, else where the caret is, else on top. */
export function placeTemplate(editable, html) {
    const block = element(html);
    block.dataset.mcText = fingerprint(block);
    const former = templateBlock(editable);
    if (former) {
        former.replaceWith(block);
        return block;
    }
    const { anchorNode } = document.getSelection();
    let at = editable.contains(anchorNode) ? anchorNode : editable.firstElementChild;
    while (at && at.parentElement !== editable) {
        at = at.parentElement;
    }
    const apart = at?.matches?.(`.${SIGNATURE}, .${QUOTE}`);
    if (!at) {
        editable.prepend(block);
    } else if (apart) {
        at.before(block);
    } else if (isEmptyBlock(at)) {
        // The empty line stays below, to write on.
        at.before(block);
    } else {
        at.after(block);
    }
    return block;
}

/** The signature of another account, unless a person has changed the one that is there. */
export function placeSignature(editable, html) {
    const former = editable.querySelector(`.${SIGNATURE}`);
    if (former && isEdited(former)) {
        return;
    }
    const block = html ? element(html) : null;
    if (block) {
        block.dataset.mcText = fingerprint(block);
    }
    if (former) {
        block ? former.replaceWith(block) : former.remove();
    } else if (block) {
        const quote = editable.querySelector(`.${QUOTE}`);
        quote ? quote.before(block) : editable.append(block);
    }
}
