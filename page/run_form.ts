/// <reference lib="dom" />
/** A form that asks the service for something that takes a while: progress, cancel, errors. */
import { KronosError } from "../clients/typescript/src/kronos_client.ts";
import type { CandleRow } from "./candle_rows.ts";
import { element } from "./element.ts";
import { ProblemList } from "./problem_list.ts";
import { problemsOf } from "./problems.ts";

/** What work gets while it runs. */
export interface Run {
  /** Aborts when the person cancels. */
  readonly signal: AbortSignal;
  /** The form's numbers by name; null where a field is empty. */
  readonly numbers: Readonly<Record<string, number | null>>;
  /** Shows how far it is. */
  progress(done: number, total: number): void;
}

/** What the form does. */
export interface RunWork {
  /** Does it; resolves with the sentence that says what came of it. */
  run(run: Run): Promise<string>;
  /** The rows that were sent, for errors that name one. */
  rows(): readonly CandleRow[];
  /** The service asked for a key. */
  keyNeeded(): void;
}

/** The sentence above the problems of an error. */
function sentenceOf({ type, message, details, requestId }: KronosError): string {
  const count = details.issues?.length ?? 0;
  if (type === "ValidationError" && count > 0) {
    return count === 1
      ? "The service does not take this:"
      : `The service does not take this, for ${count} reasons:`;
  }
  return requestId === null ? message : `${message} (request ${requestId})`;
}

/** The form of one panel, with its message, progress and problems. */
export class RunForm {
  readonly #form: HTMLFormElement;
  readonly #work: RunWork;
  readonly #problems: ProblemList;
  readonly #submit: HTMLButtonElement;
  readonly #cancel: HTMLButtonElement;
  readonly #message: HTMLElement;
  readonly #progress: HTMLProgressElement;
  #controller: AbortController | null = null;

  /** Wires the form of a panel. */
  constructor(panel: HTMLElement, work: RunWork) {
    this.#work = work;
    this.#form = element(panel, "form", HTMLFormElement);
    this.#submit = element(panel, "button.main", HTMLButtonElement);
    this.#cancel = element(panel, "button.cancel", HTMLButtonElement);
    this.#message = element(panel, ".message", HTMLElement);
    this.#progress = element(panel, "progress", HTMLProgressElement);
    this.#problems = new ProblemList(element(panel, ".problems", HTMLElement), this.#form);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run();
    });
    this.#cancel.addEventListener("click", () => this.cancel());
    this.enable(false);
  }

  /** Lets it run, or not. */
  enable(can: boolean): void {
    this.#submit.disabled = !can;
    this.#message.textContent = can ? "" : "Choose candles first.";
  }

  /** Ends what runs, if anything does. */
  cancel(): void {
    this.#controller?.abort();
  }

  /** Forgets what the last run said. */
  clear(): void {
    this.cancel();
    this.#problems.clear();
    this.#message.textContent = "";
  }

  #numbers(): Record<string, number | null> {
    const entries = [...new FormData(this.#form)].map(([name, value]) =>
      [name, value === "" ? null : Number(value)] as const
    );
    return Object.fromEntries(entries);
  }

  #running(is: boolean): void {
    this.#submit.disabled = is;
    this.#cancel.disabled = !is;
    this.#progress.hidden = !is;
    this.#progress.removeAttribute("value"); // moving, until somebody knows how far it is
  }

  async #run(): Promise<void> {
    const controller = new AbortController();
    this.#controller = controller;
    this.#problems.clear();
    this.#running(true);
    this.#message.textContent = "Asking …";
    const run: Run = {
      signal: controller.signal,
      numbers: this.#numbers(),
      progress: (done, total) => {
        this.#progress.max = total;
        this.#progress.value = done;
        this.#message.textContent = `${done} of ${total}`;
      },
    };
    try {
      this.#message.textContent = await this.#work.run(run);
    } catch (error) {
      this.#failed(error, controller.signal.aborted);
    } finally {
      this.#controller = null;
      this.#running(false);
    }
  }

  #failed(error: unknown, cancelled: boolean): void {
    this.#message.textContent = "";
    if (cancelled) {
      this.#message.textContent = "Cancelled.";
    } else if (error instanceof KronosError) {
      if (error.type === "Unauthorized") this.#work.keyNeeded();
      const problems = problemsOf(error.details.issues ?? [], this.#work.rows());
      this.#problems.show(sentenceOf(error), problems);
    } else if (error instanceof TypeError) {
      // What `fetch` and broken streams throw.
      this.#problems.show("The connection to the service was lost. Is it running?", []);
    } else throw error;
  }
}
