/** All metrics, in one table. */
import { MODEL_METRICS } from "./model_metrics.ts";
import { PROCESS_METRICS } from "./process_metrics.ts";
import { QUEUE_METRICS } from "./queue_metrics.ts";
import { REQUEST_METRICS } from "./request_metrics.ts";

/** The parts of the table, by what they are about. */
export const METRIC_SUBJECTS = {
  Requests: REQUEST_METRICS,
  "Gates and queue": QUEUE_METRICS,
  Model: MODEL_METRICS,
  Process: PROCESS_METRICS,
} as const;

/** Every metric by the name that the code uses. */
export const METRICS:
  & typeof REQUEST_METRICS
  & typeof QUEUE_METRICS
  & typeof MODEL_METRICS
  & typeof PROCESS_METRICS = {
    ...REQUEST_METRICS,
    ...QUEUE_METRICS,
    ...MODEL_METRICS,
    ...PROCESS_METRICS,
  };
