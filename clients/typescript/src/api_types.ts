/** Made from the OpenAPI document by `deno task client:types`; not to be edited. */

/** The document's paths. */
export interface paths {
    "/v1/predict/single": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forecast one series */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The client's own deadline, milliseconds from arrival. */
                    "X-Request-Deadline-Ms"?: number;
                    /** @description How the body is compressed; its limit counts what it inflates to. */
                    "Content-Encoding"?: "gzip" | "identity";
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PredictRequest"];
                };
            };
            responses: {
                /** @description The forecast. */
                200: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        /** @description The seed used; for a batch of different ones all, joined by commas, in the order of the items. */
                        "X-Kronos-Seed"?: string;
                        /** @description Milliseconds of queue, tokenize, prefill, decode (slowest series), total. */
                        "Server-Timing"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Prediction"];
                    };
                };
                /** @description MalformedRequest: The body cannot be read as JSON. */
                400: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Unauthorized: No valid key was sent. */
                401: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Forbidden: The client is not one of those that may ask. */
                403: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description PayloadTooLarge: The body is larger than the service takes. */
                413: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description UnsupportedMediaType: The body is not JSON, or encoded as other than gzip. */
                415: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description ValidationError: The body is JSON, but not a valid request. */
                422: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description RateLimited: This client sends too much. */
                429: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        /** @description Whole seconds after which to ask again. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description InferenceFailed: The model failed. InternalError: The service failed. */
                500: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description ModelNotReady: The model is not loaded. Overloaded: Too many requests wait already. CircuitOpen: The model has failed too often. Draining: The service is stopping. */
                503: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        /** @description Whole seconds after which to ask again. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description InferenceTimeout: The deadline passed before the forecast was done. */
                504: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/predict/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forecast several series, all or nothing */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The client's own deadline, milliseconds from arrival. */
                    "X-Request-Deadline-Ms"?: number;
                    /** @description How the body is compressed; its limit counts what it inflates to. */
                    "Content-Encoding"?: "gzip" | "identity";
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BatchRequest"];
                };
            };
            responses: {
                /** @description The forecast. */
                200: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        /** @description The seed used; for a batch of different ones all, joined by commas, in the order of the items. */
                        "X-Kronos-Seed"?: string;
                        /** @description Milliseconds of queue, tokenize, prefill, decode (slowest series), total. */
                        "Server-Timing"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Prediction"][];
                    };
                };
                /** @description MalformedRequest: The body cannot be read as JSON. */
                400: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Unauthorized: No valid key was sent. */
                401: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Forbidden: The client is not one of those that may ask. */
                403: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description PayloadTooLarge: The body is larger than the service takes. */
                413: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description UnsupportedMediaType: The body is not JSON, or encoded as other than gzip. */
                415: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description ValidationError: The body is JSON, but not a valid request. */
                422: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description RateLimited: This client sends too much. */
                429: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        /** @description Whole seconds after which to ask again. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description InferenceFailed: The model failed. InternalError: The service failed. */
                500: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description ModelNotReady: The model is not loaded. Overloaded: Too many requests wait already. CircuitOpen: The model has failed too often. Draining: The service is stopping. */
                503: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        /** @description Whole seconds after which to ask again. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description InferenceTimeout: The deadline passed before the forecast was done. */
                504: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/predict/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forecast one series, step by step */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The client's own deadline, milliseconds from arrival. */
                    "X-Request-Deadline-Ms"?: number;
                    /** @description How the body is compressed; its limit counts what it inflates to. */
                    "Content-Encoding"?: "gzip" | "identity";
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PredictRequest"];
                };
            };
            responses: {
                /**
                 * @description The forecast, candle by candle as chunks of steps are done: `start`, one `candle`
                 *     for each step with its number as `id`, `summary`. The numbers are those of /v1/predict/single. What
                 *     fails after the head was sent is the last event, `error`, with the body of an error. Silence is broken
                 *     by heartbeats (KRONOS_STREAM_HEARTBEAT). `Accept: application/x-ndjson` asks for lines of JSON.
                 */
                200: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        /** @description The seed used; for a batch of different ones all, joined by commas, in the order of the items. */
                        "X-Kronos-Seed"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": unknown;
                        "application/x-ndjson": components["schemas"]["StreamLine"];
                    };
                };
                /** @description MalformedRequest: The body cannot be read as JSON. */
                400: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Unauthorized: No valid key was sent. */
                401: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Forbidden: The client is not one of those that may ask. */
                403: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description PayloadTooLarge: The body is larger than the service takes. */
                413: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description UnsupportedMediaType: The body is not JSON, or encoded as other than gzip. */
                415: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description ValidationError: The body is JSON, but not a valid request. */
                422: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description RateLimited: This client sends too much. */
                429: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        /** @description Whole seconds after which to ask again. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description InferenceFailed: The model failed. InternalError: The service failed. */
                500: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description ModelNotReady: The model is not loaded. Overloaded: Too many requests wait already. CircuitOpen: The model has failed too often. Draining: The service is stopping. */
                503: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        /** @description Whole seconds after which to ask again. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description InferenceTimeout: The deadline passed before the forecast was done. */
                504: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backtest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Score forecasts of the last candles of a series */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The client's own deadline, milliseconds from arrival. */
                    "X-Request-Deadline-Ms"?: number;
                    /** @description How the body is compressed; its limit counts what it inflates to. */
                    "Content-Encoding"?: "gzip" | "identity";
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BacktestRequest"];
                };
            };
            responses: {
                /**
                 * @description How forecasts of these candles would have been: scores of the close beside the
                 *     last value and random walks, with intervals, and each window to draw. `Accept: text/event-stream` or
                 *     `application/x-ndjson` answers as it goes on: `start`, one `window` each, `summary`, or `error`.
                 */
                200: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        /** @description The seed used; for a batch of different ones all, joined by commas, in the order of the items. */
                        "X-Kronos-Seed"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Backtest"];
                        "text/event-stream": unknown;
                        "application/x-ndjson": components["schemas"]["BacktestLine"];
                    };
                };
                /** @description MalformedRequest: The body cannot be read as JSON. */
                400: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Unauthorized: No valid key was sent. */
                401: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Forbidden: The client is not one of those that may ask. */
                403: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description PayloadTooLarge: The body is larger than the service takes. */
                413: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description UnsupportedMediaType: The body is not JSON, or encoded as other than gzip. */
                415: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description ValidationError: The body is JSON, but not a valid request. */
                422: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description RateLimited: This client sends too much. */
                429: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        /** @description Whole seconds after which to ask again. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description InferenceFailed: The model failed. InternalError: The service failed. */
                500: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description ModelNotReady: The model is not loaded. Overloaded: Too many requests wait already. CircuitOpen: The model has failed too often. Draining: The service is stopping. */
                503: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        /** @description Whole seconds after which to ask again. */
                        "Retry-After"?: number;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description InferenceTimeout: The deadline passed before the forecast was done. */
                504: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Liveness: the process serves */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Alive. */
                200: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @constant */
                            status: "ok";
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Readiness: a forecast would be admitted now */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Ready. */
                200: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Readiness"];
                    };
                };
                /** @description Not ready; not an error. */
                503: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Readiness"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/healthz/detailed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Model, memory, disk and queue */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Healthy or degraded. */
                200: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DetailedHealth"];
                    };
                };
                /** @description InternalError: The service failed. */
                500: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Unhealthy. */
                503: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DetailedHealth"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics for Prometheus */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Prometheus text. */
                200: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                /** @description Unauthorized: No valid key was sent. */
                401: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Forbidden: The client is not one of those that may ask. */
                403: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description NotFound: There is no such route. */
                404: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description InternalError: The service failed. */
                500: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The page with charts */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The page. */
                200: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": string;
                    };
                };
                /** @description Unauthorized: No valid key was sent. */
                401: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Forbidden: The client is not one of those that may ask. */
                403: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/page/{asset}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of the page with charts */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description A name that the page gives; it changes with the content. */
                    asset: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The file. */
                200: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "text/javascript": string;
                    };
                };
                /** @description Unauthorized: No valid key was sent. */
                401: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Forbidden: The client is not one of those that may ask. */
                403: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description NotFound: There is no such route. */
                404: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description InternalError: The service failed. */
                500: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document as a page */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The page. */
                200: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": string;
                    };
                };
                /** @description Unauthorized: No valid key was sent. */
                401: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Forbidden: The client is not one of those that may ask. */
                403: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/{asset}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of the page */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    asset: "swagger-ui.css" | "swagger-ui-bundle.js" | "start.js";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The file. */
                200: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "text/javascript": unknown;
                        "text/css": unknown;
                    };
                };
                /** @description Unauthorized: No valid key was sent. */
                401: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Forbidden: The client is not one of those that may ask. */
                403: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description NotFound: There is no such route. */
                404: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description InternalError: The service failed. */
                500: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OpenAPI 3.1. */
                200: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description Unauthorized: No valid key was sent. */
                401: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
                /** @description Forbidden: The client is not one of those that may ask. */
                403: {
                    headers: {
                        /** @description The client's own where it sent a valid one, else a new one. */
                        "X-Request-ID"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
/** The document's components. */
export interface components {
/** The document's schemas. */
    schemas: {
        Prediction: {
            series_id: string | null;
            /** @description The mean over the sample paths. */
            prediction: components["schemas"]["PredictedCandle"][];
            model_version: string;
            tokenizer_version: string;
            quantiles?: {
                [key: string]: components["schemas"]["PredictedCandle"][];
            };
            samples?: components["schemas"]["PredictedCandle"][][];
            /** @description One for each event of the request, in its order. */
            events?: components["schemas"]["EventAnswer"][];
            warnings?: components["schemas"]["Warning"][];
            seed?: number;
        };
        PredictedCandle: {
            timestamp: string;
            open: number;
            high: number;
            low: number;
            close: number;
            volume: number;
            amount: number;
        };
        EventAnswer: components["schemas"]["LevelEventAnswer"] | components["schemas"]["RangeEventAnswer"] | components["schemas"]["DrawdownEventAnswer"];
        LevelEventAnswer: {
            /**
             * @description close_: the close of the candle at the step is beyond the level. touch_: the high (low) of a candle up to the step reaches it.
             * @enum {string}
             */
            type: "close_above" | "close_below" | "touch_above" | "touch_below";
            level: number;
            step: number;
            /** @description The share of the sample paths where it happens. */
            probability: number;
            /** @description Of the probability, sqrt(p (1 - p) / paths); never 0, see docs/probabilities.md. */
            standard_error: number;
        };
        RangeEventAnswer: {
            /**
             * @description No candle up to the step touches either bound.
             * @enum {string}
             */
            type: "range";
            low: number;
            /** @description Above low. */
            high: number;
            step: number;
            /** @description The share of the sample paths where it happens. */
            probability: number;
            /** @description Of the probability, sqrt(p (1 - p) / paths); never 0, see docs/probabilities.md. */
            standard_error: number;
        };
        DrawdownEventAnswer: {
            /** @enum {string} */
            type: "max_drawdown";
            step: number;
            /** @description The mean over the sample paths. */
            expected: number;
            /** @description Of the mean. */
            standard_error: number;
            /** @description At the levels of `quantiles`; at 0.1, 0.5 and 0.9 where the request has none. */
            quantiles: {
                [key: string]: number;
            };
        };
        Warning: {
            code: string;
            message: string;
            field: string;
            index: number | null;
        };
        Error: {
            error: {
                /** @enum {string} */
                type: "MalformedRequest" | "Unauthorized" | "Forbidden" | "NotFound" | "MethodNotAllowed" | "RequestTimeout" | "PayloadTooLarge" | "UnsupportedMediaType" | "ValidationError" | "HeadTooLarge" | "RateLimited" | "ModelNotReady" | "Overloaded" | "CircuitOpen" | "Draining" | "InferenceTimeout" | "InferenceFailed" | "InternalError";
                message: string;
                /** @description Absent from a 500 alone. */
                details?: {
                    /** @description Dotted path, with the index of `items`: `items[3].candles.low`. */
                    field?: string;
                    /** @description The index below, e.g. of the candle. */
                    index?: number;
                    /** @description What was sent, cut to 100 characters; absent for objects and arrays. */
                    value?: string | number | boolean | null;
                    /** @description The rule, for programs. */
                    constraint?: string;
                    /** @description Where the body stops being JSON, in characters (UTF-16 units) from 0. */
                    position?: number;
                    issues?: {
                        message: string;
                        /** @description Dotted path, with the index of `items`: `items[3].candles.low`. */
                        field?: string;
                        /** @description The index below, e.g. of the candle. */
                        index?: number;
                        /** @description What was sent, cut to 100 characters; absent for objects and arrays. */
                        value?: string | number | boolean | null;
                        /** @description The rule, for programs. */
                        constraint?: string;
                    }[];
                } & {
                    [key: string]: unknown;
                };
                request_id: string;
                timestamp: string;
            };
        };
        PredictRequest: {
            series_id?: string | null;
            candles: components["schemas"]["Candle"][];
            /** @description As many as candles, strictly ascending as instants. All stamps of a series, those to forecast included, carry a zone (offsets may differ) or none does. */
            timestamps: string[];
            /** @description Strictly ascending, all after the last input stamp. One of these and horizon is required. */
            prediction_timestamps?: string[] | null;
            /** @description Steps to forecast, in place of prediction_timestamps: the stamps go on as the input's do, written like its last one. */
            horizon?: number | null;
            /** @description When the market trades, for a horizon and for warnings. Absent or null: as the input's stamps tell. */
            calendar?: ("24/7" | "weekdays") | {
                session: components["schemas"]["Session"];
            } | null;
            overrides?: components["schemas"]["Overrides"];
            /** @description The same seed, input and settings give the same numbers, alone or in any batch. */
            seed?: number | null;
            /** @description Distinct levels; they need more than one sample path. */
            quantiles?: number[] | null;
            /** @description What to answer the probability of, in this order; at most KRONOS_MAX_EVENTS, 64 unless set. They need more than one sample path. */
            events?: components["schemas"]["Event"][] | null;
            include_samples?: boolean | null;
            /** @description Absent or null: where events are asked for. */
            include_warnings?: boolean | null;
            /** @description The model's output untouched. */
            raw?: boolean | null;
        };
        Candle: {
            open: number;
            /** @description At least open and close. */
            high: number;
            /** @description At most open and close. */
            low: number;
            close: number;
            /** @description Absent or null: 0. */
            volume?: number | null;
            /** @description Absent or null: volume times the mean of the four prices. */
            amount?: number | null;
        };
        Session: {
            /** @description `HH:MM`. At or after close, the session begins on the day before. */
            open: string;
            /** @description `HH:MM`, `24:00` at most; no candle begins at it or after. */
            close: string;
            /** @description An IANA time zone, or an offset such as `+05:30`. Absent or null: the wall clock as the stamps write it. Stamps without a zone are in this one. */
            zone?: string | null;
            /** @description Days on which a session ends, 1 (Monday) to 7. Absent or null: 1 to 5. */
            days?: number[] | null;
        };
        Overrides: {
            /** @description Must equal the number of prediction timestamps, or the horizon. */
            pred_len?: number | null;
            temperature?: number | null;
            /** @description 0: off. Otherwise top_p is ignored. */
            top_k?: number | null;
            top_p?: number | null;
            /** @description Sample paths; at most KRONOS_MAX_SAMPLE_COUNT. */
            sample_count?: number | null;
        } | null;
        Event: components["schemas"]["LevelEvent"] | components["schemas"]["RangeEvent"] | components["schemas"]["DrawdownEvent"];
        LevelEvent: {
            /**
             * @description close_: the close of the candle at the step is beyond the level. touch_: the high (low) of a candle up to the step reaches it.
             * @enum {string}
             */
            type: "close_above" | "close_below" | "touch_above" | "touch_below";
            level: number;
            /** @description From 1, at most the horizon, which it is where absent or null. */
            step?: number | null;
        };
        RangeEvent: {
            /**
             * @description No candle up to the step touches either bound.
             * @enum {string}
             */
            type: "range";
            low: number;
            /** @description Above low. */
            high: number;
            /** @description From 1, at most the horizon, which it is where absent or null. */
            step?: number | null;
        };
        DrawdownEvent: {
            /**
             * @description The greatest fall of a close up to the step below the highest before it, the last of the input included, as a share of that.
             * @enum {string}
             */
            type: "max_drawdown";
            /** @description From 1, at most the horizon, which it is where absent or null. */
            step?: number | null;
        };
        BatchRequest: {
            /** @description At most KRONOS_MAX_BATCH_ITEMS, 256 unless set. */
            items: components["schemas"]["BatchItem"][];
        };
        BatchItem: {
            series_id: string;
            candles: components["schemas"]["Candle"][];
            /** @description As many as candles, strictly ascending as instants. All stamps of a series, those to forecast included, carry a zone (offsets may differ) or none does. */
            timestamps: string[];
            /** @description Strictly ascending, all after the last input stamp. One of these and horizon is required. */
            prediction_timestamps?: string[] | null;
            /** @description Steps to forecast, in place of prediction_timestamps: the stamps go on as the input's do, written like its last one. */
            horizon?: number | null;
            /** @description When the market trades, for a horizon and for warnings. Absent or null: as the input's stamps tell. */
            calendar?: ("24/7" | "weekdays") | {
                session: components["schemas"]["Session"];
            } | null;
            overrides?: components["schemas"]["Overrides"];
            /** @description The same seed, input and settings give the same numbers, alone or in any batch. */
            seed?: number | null;
            /** @description Distinct levels; they need more than one sample path. */
            quantiles?: number[] | null;
            /** @description What to answer the probability of, in this order; at most KRONOS_MAX_EVENTS, 64 unless set. They need more than one sample path. */
            events?: components["schemas"]["Event"][] | null;
            include_samples?: boolean | null;
            /** @description Absent or null: where events are asked for. */
            include_warnings?: boolean | null;
            /** @description The model's output untouched. */
            raw?: boolean | null;
        };
        StreamLine: {
            /** @enum {string} */
            event: "start";
            data: components["schemas"]["StreamStart"];
        } | {
            /** @enum {string} */
            event: "candle";
            id: number;
            data: components["schemas"]["StreamCandle"];
        } | {
            /** @enum {string} */
            event: "heartbeat";
        } | {
            /** @enum {string} */
            event: "summary";
            data: components["schemas"]["StreamSummary"];
        } | {
            /** @enum {string} */
            event: "error";
            data: components["schemas"]["Error"];
        };
        StreamStart: {
            series_id: string | null;
            seed: number;
            horizon: number;
            sample_count: number;
            quantile_levels: number[];
            model_version: string;
            tokenizer_version: string;
        };
        StreamCandle: {
            step: number;
            candle: components["schemas"]["PredictedCandle"];
            quantiles: {
                [key: string]: components["schemas"]["PredictedCandle"];
            };
        };
        StreamSummary: {
            series_id: string | null;
            model_version: string;
            tokenizer_version: string;
            samples?: components["schemas"]["PredictedCandle"][][];
            /** @description One for each event of the request, in its order. */
            events?: components["schemas"]["EventAnswer"][];
            warnings?: components["schemas"]["Warning"][];
            seed: number;
            steps: number;
            /** @description What Server-Timing says of a single forecast. */
            timings: {
                queue_ms: number;
                tokenize_ms: number;
                prefill_ms: number;
                decode_ms: number;
                total_ms: number;
            };
        };
        Backtest: {
            series_id: string | null;
            model_version: string;
            tokenizer_version: string;
            seed: number;
            horizon: number;
            step: number;
            context: number;
            sample_count: number;
            /** @enum {string} */
            verdict: "better" | "worse" | "undecided";
            /** @description The verdict for a person. */
            sentence: string;
            crps_ratio: components["schemas"]["Estimate"];
            mae_ratio: components["schemas"]["Estimate"] & unknown;
            direction: components["schemas"]["Estimate"] & unknown;
            /** @description Share of closes that each band held. */
            coverage: {
                [key: string]: components["schemas"]["Estimate"] & unknown;
            };
            steps: {
                step: number;
                crps_ratio: components["schemas"]["Estimate"] & unknown;
                crps: {
                    model: number | null;
                    last_value: number | null;
                    gaussian: number | null;
                    bootstrap: number | null;
                    ewma_gaussian: number | null;
                    ewma_bootstrap: number | null;
                };
                mae: {
                    model: number | null;
                    last_value: number | null;
                };
                coverage: {
                    [key: string]: number;
                };
                direction: number | null;
            }[];
            windows: components["schemas"]["BacktestWindow"][];
        };
        /** @description CRPS to that of the better random walk, the geometric mean over the steps: below 1 is better. Null where the candles do not move, or as no market does. */
        Estimate: {
            value: number;
            low: number;
            high: number;
        } | null;
        BacktestWindow: {
            window: number;
            /** @description The last candle that the forecast saw. */
            origin: string;
            last_close: number;
            timestamps: string[];
            /** @description Closes that came. */
            actual: number[];
            /** @description Closes, the mean of the paths. */
            mean: number[];
            bands: {
                [key: string]: {
                    low: number[];
                    high: number[];
                };
            };
            scores: {
                step: number;
                crps: {
                    model: number | null;
                    last_value: number | null;
                    gaussian: number | null;
                    bootstrap: number | null;
                    ewma_gaussian: number | null;
                    ewma_bootstrap: number | null;
                };
                /** @description Of the mean, as a share of the last close. */
                error: number | null;
                covered: {
                    [key: string]: boolean;
                };
                /** @description Whether the mean went the way of the close; null where that did not move. */
                direction: boolean | null;
            }[];
        };
        BacktestLine: {
            /** @enum {string} */
            event: "start";
            data: components["schemas"]["BacktestStart"];
        } | {
            /** @enum {string} */
            event: "window";
            id: number;
            data: components["schemas"]["BacktestWindow"];
        } | {
            /** @enum {string} */
            event: "heartbeat";
        } | {
            /** @enum {string} */
            event: "summary";
            data: components["schemas"]["BacktestSummary"];
        } | {
            /** @enum {string} */
            event: "error";
            data: components["schemas"]["Error"];
        };
        BacktestStart: {
            series_id: string | null;
            model_version: string;
            tokenizer_version: string;
            seed: number;
            horizon: number;
            step: number;
            context: number;
            sample_count: number;
            windows: number;
        };
        BacktestSummary: {
            series_id: string | null;
            model_version: string;
            tokenizer_version: string;
            seed: number;
            horizon: number;
            step: number;
            context: number;
            sample_count: number;
            /** @enum {string} */
            verdict: "better" | "worse" | "undecided";
            /** @description The verdict for a person. */
            sentence: string;
            crps_ratio: components["schemas"]["Estimate"];
            mae_ratio: components["schemas"]["Estimate"] & unknown;
            direction: components["schemas"]["Estimate"] & unknown;
            /** @description Share of closes that each band held. */
            coverage: {
                [key: string]: components["schemas"]["Estimate"] & unknown;
            };
            steps: {
                step: number;
                crps_ratio: components["schemas"]["Estimate"] & unknown;
                crps: {
                    model: number | null;
                    last_value: number | null;
                    gaussian: number | null;
                    bootstrap: number | null;
                    ewma_gaussian: number | null;
                    ewma_bootstrap: number | null;
                };
                mae: {
                    model: number | null;
                    last_value: number | null;
                };
                coverage: {
                    [key: string]: number;
                };
                direction: number | null;
            }[];
            windows: number;
        };
        BacktestRequest: {
            series_id?: string | null;
            /** @description At most KRONOS_BACKTEST_MAX_CANDLES, 10000 unless set. */
            candles: components["schemas"]["Candle"][];
            /** @description As many as candles, strictly ascending as instants. */
            timestamps: string[];
            /** @description Steps of each forecast; 16 unless given. */
            horizon?: number | null;
            /** @description Forecasts, of which the last ends with the last candle; 5 unless given, at most KRONOS_BACKTEST_MAX_WINDOWS, 50 unless set. Windows times steps times paths are at most KRONOS_BACKTEST_MAX_TOKENS, 100000 unless set. */
            windows?: number | null;
            /** @description Candles from one window to the next; absent or null: the horizon. */
            step?: number | null;
            /** @description Candles that each forecast sees; absent or null: what fits, at most the model's. */
            context?: number | null;
            seed?: number | null;
            /** @description How to sample, more than one path; `pred_len` must equal the horizon. */
            overrides?: {
                /** @description Must equal the number of prediction timestamps, or the horizon. */
                pred_len?: number | null;
                temperature?: number | null;
                /** @description 0: off. Otherwise top_p is ignored. */
                top_k?: number | null;
                top_p?: number | null;
                /** @description Sample paths; at most KRONOS_MAX_SAMPLE_COUNT. */
                sample_count?: number | null;
            } | null;
        };
        Readiness: {
            /** @enum {string} */
            status: "ok" | "loading" | "draining" | "circuit_open" | "unhealthy";
            model_loaded: boolean;
            device: string;
            device_warning: string | null;
        };
        DetailedHealth: {
            /** @enum {string} */
            status: "healthy" | "degraded" | "unhealthy";
            timestamp: string;
            uptime_seconds: number;
            checks: {
                model: {
                    /** @enum {string} */
                    status: "healthy" | "degraded" | "unhealthy";
                    loaded: boolean;
                    version: string | null;
                    device: string | null;
                    /** @enum {string} */
                    circuit: "closed" | "open" | "half_open";
                    last_prediction: string | null;
                    predictions_total: number;
                    failures_total: number;
                    load_failure: string | null;
                    replicas_serving: number;
                    replicas_total: number;
                };
                memory: {
                    /** @enum {string} */
                    status: "healthy" | "degraded" | "unhealthy";
                    process_mb: number;
                    usage_mb: number;
                    limit_mb: number;
                    usage_percent: number;
                    system_total_mb: number;
                    system_available_mb: number;
                    system_percent: number;
                };
                disk: {
                    /** @enum {string} */
                    status: "healthy" | "degraded" | "unhealthy";
                    free_gb: number;
                    total_gb: number;
                    percent: number;
                };
                queue: {
                    /** @enum {string} */
                    status: "healthy" | "degraded" | "unhealthy";
                    waiting: number;
                    running: number;
                    limit: number;
                };
            };
        };
    };
/** The document's responses. */
    responses: never;
/** The document's parameters. */
    parameters: never;
/** The document's requestBodies. */
    requestBodies: never;
/** The document's headers. */
    headers: never;
/** The document's pathItems. */
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
