const BEGIN = "(?<![\\p{L}\\p{N}])";
const REST = "[\\p{L}\\p{N}]*";
const NO_ACCENT = { ł: "l", ø: "o", đ: "d", ħ: "h", ı: "i" };

/** As the search sees it, letter by letter: what is found there is at the same place in the text. */
function unaccented(text) {
    return text
        .split("")
        .map((letter) => {
            const lower = letter.toLowerCase();
            const plain = NO_ACCENT[lower] || lower.normalize("NFD").charAt(0);
            return plain.length === 1 ? plain : letter;
        })
        .join("");
}

/** Where words that begin with one of `stems` or have one of `parts` are: `[[start, end], …]`. */
export function found(text, stems, parts = []) {
    const wanted = [...stems, ...parts.map((part) => `${REST}?${part}`)];
    if (!wanted.length || !text) {
        return [];
    }
    const words = new RegExp(`${BEGIN}(?:${wanted.join("|")})${REST}`, "gu");
    return [...unaccented(text).matchAll(words)].map((match) => [
        match.index,
        match.index + match[0].length,
    ]);
}

/** The text in pieces, the words that were looked for marked in whatever form they have. */
export function pieces(text, stems, parts) {
    const result = [];
    let end = 0;
    for (const [from, to] of found(text, stems, parts)) {
        result.push({ text: text.slice(end, from), found: false });
        result.push({ text: text.slice(from, to), found: true });
        end = to;
    }
    result.push({ text: text.slice(end), found: false });
    return result.filter((piece) => piece.text);
}

/** Mark the words in the document of a frame, without a change to it; see `::highlight` there. */
export function markDocument(frame, stems) {
    const { CSS, Highlight } = frame;
    if (!CSS?.highlights || !Highlight) {
        return;
    }
    CSS.highlights.delete("mc-found");
    const ranges = [];
    const walker = frame.document.createTreeWalker(frame.document.body, NodeFilter.SHOW_TEXT);
    while (stems.length && walker.nextNode() && ranges.length < 2000) {
        for (const [from, to] of found(walker.currentNode.data, stems)) {
            const range = frame.document.createRange();
            range.setStart(walker.currentNode, from);
            range.setEnd(walker.currentNode, to);
            ranges.push(range);
        }
    }
    if (ranges.length) {
        CSS.highlights.set("mc-found", new Highlight(...ranges));
    }
}
