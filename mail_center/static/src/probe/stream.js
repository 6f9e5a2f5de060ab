/**
 * POST a form and yield the answer's lines, each a JSON object, as they come.
 *
 * @param {string} url
 * @param {Object} values
 * @param {AbortSignal} [signal]
 */
async function* postLines(url, values, signal) {
    const body = new FormData();
    body.append("csrf_token", odoo.csrf_token);
    for (const [name, value] of Object.entries(values)) {
        body.append(name, value);
    }
    const response = await fetch(url, { method: "POST", body, signal });
    if (!response.ok || !response.body) {
        throw new Error(`${response.status} ${response.statusText}`);
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
        const { done, value } = await reader.read();
        if (done) {
            break;
        }
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        for (const line of lines.filter(Boolean)) {
            yield JSON.parse(line);
        }
    }
}

// The asset bundler does not know `export async function*`.
export { postLines };
