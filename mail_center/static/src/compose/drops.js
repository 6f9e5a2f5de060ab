/** Files that are dropped on the window `win` are attached. */
export function useDrops(win) {
    function onDragOver(ev) {
        if (ev.dataTransfer?.types.includes("Files")) {
            ev.preventDefault();
            win.state.dragging = true;
        }
    }

    function onDragLeave(ev) {
        if (!win.root.el.contains(ev.relatedTarget)) {
            win.state.dragging = false;
        }
    }

    function onDrop(ev) {
        win.state.dragging = false;
        const files = [...(ev.dataTransfer?.files || [])];
        const pictures = files.length && files.every((file) => file.type.startsWith("image/"));
        if (!files.length || (pictures && win.editor.editable.contains(ev.target))) {
            return; // pictures dropped on the text go into the text
        }
        ev.preventDefault();
        ev.stopPropagation();
        win.files.add(files);
    }

    return { onDragOver, onDragLeave, onDrop };
}
