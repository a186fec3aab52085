/** How a replica fails, in words that the layers above act on. */

/**
 * `died`: its worker ended. `hung`: a call took longer than any may. `out_of_memory`: its heap, which
 * never shrinks, is full. `not_finite`: the model computed NaN or infinity. `threw`: anything else.
 */
export type FaultKind = "died" | "hung" | "out_of_memory" | "not_finite" | "threw";

/** What runtimes say when memory is short: onnxruntime, C++, V8. */
const OUT_OF_MEMORY =
  /bad_alloc|out of memory|failed to allocate|allocation failed|enlarge memory|memory\.grow|could not allocate/i;

/** What a WASM instance says that must not be used again: a trap leaves its heap as it was then. */
const TRAPPED = /memory access out of bounds|unreachable|Aborted\(|table index is out of bounds/i;

/** A call to a replica that failed. */
export class ReplicaFault extends Error {
  /** For logs, which print it before the message. */
  override name = "ReplicaFault";
  /** How it failed. */
  readonly kind: FaultKind;

  /** The message is for the log; `cause` is what the runtime threw. */
  constructor(kind: FaultKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }

  /** Whether the replica is gone, and every series in its cache with it. */
  get losesReplica(): boolean {
    return this.kind === "died" || this.kind === "hung" || this.kind === "out_of_memory";
  }
}

/** What was thrown by a call, as a fault. */
export function replicaFault(thrown: unknown): ReplicaFault {
  if (thrown instanceof ReplicaFault) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (OUT_OF_MEMORY.test(message)) return new ReplicaFault("out_of_memory", message, thrown);
  const trapped = TRAPPED.test(message) || thrown instanceof WebAssembly.RuntimeError;
  return new ReplicaFault(trapped ? "died" : "threw", message, thrown);
}

/**
 * A sum is finite only where each of its parts is, and costs a fraction of what computed them.
 *
 * @param what names the numbers
 * @throws ReplicaFault of kind `not_finite`
 */
export function assertFinite(values: Float32Array, what: string): void {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  if (Number.isFinite(sum)) return;
  throw new ReplicaFault("not_finite", `Cannot use the ${what}: the model computed ${sum}`);
}
