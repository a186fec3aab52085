/** Why a model could not be loaded, in words for operators: no path, no library's words. */
import { statfs } from "node:fs/promises";
import { ModelFolderError } from "../inference/model_folder.ts";
import { type FaultKind, ReplicaFault, replicaFault } from "../inference/replica_fault.ts";

/** What kept a model from loading, as metrics label it. */
export type LoadFailureCause =
  | "missing_file"
  | "truncated_file"
  | "corrupt_file"
  | "unreadable_file"
  | "disk_full"
  | "out_of_memory"
  | "model_fails"
  | "bad_settings"
  | "unknown";

/** Why a model could not be loaded. */
export interface LoadFailure {
  /** For metrics. */
  readonly cause: LoadFailureCause;
  /** For whoever asks the detailed health. */
  readonly message: string;
}

/** What a replica may do instead of opening its graphs and forecasting once. */
const OPENING: Readonly<Record<FaultKind, string>> = {
  died: "a worker ended while it loaded the model",
  hung: "a worker did not load the model in time (KRONOS_STARTUP_TIMEOUT)",
  out_of_memory: "it does not fit into memory",
  not_finite: "it computes NaN or infinity",
  threw: "its graphs cannot be run; the log says why",
};

/** Whether the disk below a folder has no room left; one that is gone has. */
async function isDiskFull(folder: string): Promise<boolean> {
  try {
    const { bavail } = await statfs(folder);
    return bavail === 0;
  } catch {
    return false;
  }
}

/** A file that was cut short while its disk is full was cut by that: whoever wrote it had no room. */
async function fileFailure(
  { fault, state }: ModelFolderError,
  folder: string,
): Promise<LoadFailure> {
  if (fault === "truncated" && await isDiskFull(folder)) {
    return { cause: "disk_full", message: `${state}; the disk is full` };
  }
  // What the system says of a file that it does not let us read may name its path.
  const message = fault === "unreadable" ? "a file cannot be read; the log says why" : state;
  return { cause: `${fault}_file`, message };
}

/**
 * Names the cause of what was thrown while a model was loaded.
 *
 * @param folder of the model
 */
export async function loadFailure(thrown: unknown, folder: string): Promise<LoadFailure> {
  if (thrown instanceof ModelFolderError) return await fileFailure(thrown, folder);
  const { kind } = replicaFault(thrown);
  if (kind === "out_of_memory") return { cause: kind, message: OPENING[kind] };
  if (thrown instanceof ReplicaFault) return { cause: "model_fails", message: OPENING[kind] };
  if (thrown instanceof RangeError) return { cause: "bad_settings", message: thrown.message };
  return { cause: "unknown", message: "the model cannot be loaded; the log says why" };
}
