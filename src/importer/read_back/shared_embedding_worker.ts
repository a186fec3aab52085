/** Entry of a worker: takes two tables apart, see `sharedEmbedding()`. */
import { answerCall } from "../worker_call.ts";
import { sharedEmbedding } from "./token_tables.ts";

answerCall(sharedEmbedding);
