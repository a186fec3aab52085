/** The service as a process of its own, on a free port of loopback. */

/** One line of its log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** What `deno task start` and the image set, see docs/performance.md. */
const ALLOCATION = {
  MALLOC_MMAP_THRESHOLD_: "32768",
  DENO_V8_FLAGS: "--max-semi-space-size=1,--memory-saver-mode,--no-short-builtin-calls",
};

/** Longest that a test waits for the process, in milliseconds: a loaded machine is slow. */
const PATIENCE_MS = 60_000;

const ROOT = new URL("../../", import.meta.url).pathname;

/** Ours without coverage: collecting it in a process that is killed is not reliable. */
function inheritedEnvironment(): Record<string, string> {
  const { DENO_COVERAGE_DIR: _, ...rest } = Deno.env.toObject();
  return rest;
}

/** A running service. */
export class ServiceProcess {
  /** `http://127.0.0.1:port` */
  origin = "";
  /** Every line of its log so far. */
  readonly lines: LogLine[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #waiting = new Set<() => void>();
  #reading: Promise<void>;
  #hasEnded = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = this.#read();
  }

  /** Starts the service as `deno task start` does; resolves when it listens. */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    entry = "src/main.ts",
  ): Promise<ServiceProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-P=start", entry],
      cwd: ROOT,
      clearEnv: true,
      env: { ...inheritedEnvironment(), ...ALLOCATION, PORT: "0", ...environment },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const process = new ServiceProcess(child);
    const { port } = await process.line((line) => line.message === "listening");
    process.origin = `http://127.0.0.1:${port}`;
    return process;
  }

  /** Starts the service and waits until it is ready. */
  static async ready(
    environment: Readonly<Record<string, string>> = {},
    entry?: string,
  ): Promise<ServiceProcess> {
    const process = await ServiceProcess.start(environment, entry);
    await process.line((line) => line.message === "ready");
    return process;
  }

  async #read(): Promise<void> {
    const lines = this.#child.stdout.pipeThrough(new TextDecoderStream());
    let rest = "";
    for await (const text of lines) {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      this.lines.push(...parts.map((part) => JSON.parse(part) as LogLine));
      for (const wake of this.#waiting) wake();
    }
    this.#hasEnded = true;
    for (const wake of this.#waiting) wake();
  }

  /** The first line of the log that fits, now or later. */
  line(fits: (line: LogLine) => boolean): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        act();
      };
      const look = (): void => {
        const found = this.lines.find(fits);
        if (found !== undefined) settle(() => resolve(found));
        else if (this.#hasEnded) giveUp();
      };
      const giveUp = (): void => {
        const log = this.lines.map((line) => JSON.stringify(line)).join("\n");
        settle(() => reject(new Error(`Cannot find the line in the log:\n${log}`)));
      };
      const timer = setTimeout(giveUp, PATIENCE_MS);
      this.#waiting.add(look);
      look();
    });
  }

  /** A GET. */
  get(path: string): Promise<Response> {
    return fetch(`${this.origin}${path}`);
  }

  /** A POST of JSON. */
  post(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.origin}${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      ...init,
      headers: { "Content-Type": "application/json", ...init.headers },
    });
  }

  /** Its port. */
  get port(): number {
    return Number(new URL(this.origin).port);
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for its end; the exit code. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  /** Sends a signal and waits for the end; the exit code. */
  stop(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    this.kill(signal);
    return this.ended();
  }

  /** Ends it if it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended already: that is what is wanted.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#child.status;
    await this.#reading;
  }
}
