import type { Tensor } from "../../kronos/architecture.ts";
import { callWorker } from "../worker_call.ts";
import type { SharedEmbedding } from "./token_tables.ts";

const WORKER = new URL("./shared_embedding_worker.ts", import.meta.url);

/**
 * `sharedEmbedding()` in a Worker: the singular vectors of a large model's tables take half a minute.
 *
 * @throws the signal's reason, where it is aborted meanwhile
 */
export function findEmbedding(
  tables: readonly [Tensor, Tensor],
  signal?: AbortSignal,
): Promise<SharedEmbedding | null> {
  return callWorker(WORKER, "the embedding behind two tables", tables, signal);
}
