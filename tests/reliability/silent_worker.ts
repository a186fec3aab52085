/** The worker of a replica that hears everything and answers nothing. */
globalThis.addEventListener("message", () => {});
