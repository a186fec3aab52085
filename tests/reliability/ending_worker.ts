/** The worker of a replica that ends without a word at its first message: nobody hears of that. */
globalThis.addEventListener("message", () => globalThis.close());
