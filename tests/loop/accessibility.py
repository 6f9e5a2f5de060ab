"""What the browser tells a screen reader, and how well text can be read."""

from __future__ import annotations

CONTROLS = {
    "button", "checkbox", "combobox", "link", "listbox", "menuitem", "option", "radio",
    "searchbox", "switch", "tab", "textbox", "DateTime", "Iframe", "IframePresentational",
}  # fmt: skip
# Text that is darker or lighter than its ground by less than WCAG 2.2 (1.4.3) asks for.
FAINT = """(root) => {
    const parse = (text) => {
        const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
        return text.startsWith("color(srgb") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
    };
    const over = ([r, g, b, a], [R, G, B]) =>
        [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
    const chain = (element) => {
        const found = [];
        for (let one = element; one; one = one.parentElement) found.unshift(one);
        return found;
    };
    const light = (color) => {
        const [r, g, b] = color.slice(0, 3).map((value) => {
            const share = value / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const faint = [];
    for (const element of root.querySelectorAll("*")) {
        const text = [...element.childNodes]
            .filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join("");
        const value = ["INPUT", "SELECT"].includes(element.tagName) ? "value" : "";
        const shown = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
        if (!(text.trim() || value) || !shown || element.closest(":disabled")) continue;
        if (!element.getClientRects().length) continue;
        let ground = [255, 255, 255, 1];
        let opacity = 1;
        for (const one of chain(element)) {
            const style = getComputedStyle(one);
            ground = over(parse(style.backgroundColor), ground);
            opacity *= Number(style.opacity);
        }
        const [r, g, b, a] = parse(getComputedStyle(element).color);
        const [light1, light2] = [light(over([r, g, b, a * opacity], ground)), light(ground)]
            .sort((one, other) => other - one);
        const ratio = (light1 + 0.05) / (light2 + 0.05);
        if (ratio < 4.5) {
            const name = `${element.tagName}.${element.className}`;
            faint.push(`${name} “${text.trim()}” ${ratio.toFixed(2)}`);
        }
    }
    return faint;
}"""


def nameless(page, selector: str) -> list[str]:
    """The controls inside an element for which Chromium computes no accessible name."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("Accessibility.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    found = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})
    nodes = session.send("Accessibility.queryAXTree", {"nodeId": found["nodeId"]})["nodes"]
    controls = [node for node in nodes if not node["ignored"] and role(node) in CONTROLS]
    assert controls, f"no controls in {selector}"
    missing = []
    for node in controls:
        if not str(node.get("name", {}).get("value", "")).strip():
            html = session.send("DOM.getOuterHTML", {"backendNodeId": node["backendDOMNodeId"]})
            missing.append(f"{role(node)}: {html['outerHTML'][:200]}")
    session.detach()
    return missing


def role(node: dict) -> str:
    return node.get("role", {}).get("value", "")


def faint(page, selector: str) -> list[str]:
    """Text inside an element whose contrast with what is behind it is below 4.5 to 1."""
    return page.locator(selector).evaluate(FAINT)
