/** What every request carries in its context. */
export interface Env {
  Variables: {
    /** Names the request in its answer and in the log. */
    requestId: string;
  };
}
