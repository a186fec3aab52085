/** Settings of backtests: what one may cost. */
import { setting, whole } from "./setting.ts";

/** By the name that the code uses. */
export const BACKTEST_SETTINGS = {
  maxBacktestCandles: setting(
    "KRONOS_BACKTEST_MAX_CANDLES",
    "candles",
    10_000,
    whole(2, 1_000_000),
    "of one backtest; a year of hours is 8760",
  ),
  maxBacktestWindows: setting(
    "KRONOS_BACKTEST_MAX_WINDOWS",
    "windows",
    50,
    whole(1, 10_000),
    "of one backtest; each fills a cache of its own",
  ),
  maxBacktestTokens: setting(
    "KRONOS_BACKTEST_MAX_TOKENS",
    "tokens",
    100_000,
    whole(1, 2 ** 40),
    "that one backtest generates: windows times steps times paths; it runs beside predictions",
  ),
} as const;
